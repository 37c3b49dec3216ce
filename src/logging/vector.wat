;; The two loops of a logger, sixteen bytes at a time (vector.ts). Addresses are positions in the region.
(module
  (import "denit" "region" (memory 1))

  ;; Lines of [at, end), whose last byte ends a line, each with the `length` bytes at `lead` (32 at most) in front of it,
  ;; are put at `out`. Gives the end of what was put. Reads up to 15 bytes behind `end`, writes up to 47 behind that.
  (func (export "stampLines")
    (param $at i32) (param $end i32) (param $out i32) (param $lead i32) (param $length i32) (result i32)
    (local $bytes v128) (local $newlines i32) (local $low v128) (local $high v128)
    (local.set $low (v128.load (local.get $lead)))
    (local.set $high (v128.load offset=16 (local.get $lead)))
    (block $done
      (loop $line
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (v128.store (local.get $out) (local.get $low))
        (v128.store offset=16 (local.get $out) (local.get $high))
        (local.set $out (i32.add (local.get $out) (local.get $length)))
        (loop $chunk
          (local.set $bytes (v128.load (local.get $at)))
          (v128.store (local.get $out) (local.get $bytes))
          (local.set $newlines
            (i8x16.bitmask
              (i8x16.eq
                (local.get $bytes)
                (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))
          (if (i32.eqz (local.get $newlines))
            (then
              (local.set $at (i32.add (local.get $at) (i32.const 16)))
              (local.set $out (i32.add (local.get $out) (i32.const 16)))
              (br $chunk))))
        (local.set $newlines (i32.add (i32.ctz (local.get $newlines)) (i32.const 1)))
        (local.set $at (i32.add (local.get $at) (local.get $newlines)))
        (local.set $out (i32.add (local.get $out) (local.get $newlines)))
        (br $line)))
    (local.get $out))

  ;; The position of each newline of [at, end) is put at `ends`, four bytes each; gives their number. Those of up to 15
  ;; bytes behind `end` may be among them, last.
  (func (export "findNewlines") (param $at i32) (param $end i32) (param $ends i32) (result i32)
    (local $newlines i32) (local $first i32)
    (local.set $first (local.get $ends))
    (block $done
      (loop $chunk
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $newlines
          (i8x16.bitmask
            (i8x16.eq
              (v128.load (local.get $at))
              (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))
        (block $none
          (loop $bit
            (br_if $none (i32.eqz (local.get $newlines)))
            (i32.store (local.get $ends) (i32.add (local.get $at) (i32.ctz (local.get $newlines))))
            (local.set $ends (i32.add (local.get $ends) (i32.const 4)))
            (local.set $newlines
              (i32.and (local.get $newlines) (i32.sub (local.get $newlines) (i32.const 1))))
            (br $bit)))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $chunk)))
    (i32.shr_u (i32.sub (local.get $ends) (local.get $first)) (i32.const 2))))
