/** Properties that hold for all inputs: fast-check, seeded from the run's seed and the name of the test. */
import fc from "fast-check";
import { runSeed, SEED_VARIABLE, seedOf } from "./seed.ts";

/** The part of `Deno.TestContext` by which a property is known. */
interface Named {
  readonly name: string;
}

/**
 * Throws unless `property` holds for generated inputs. The test's name and the run's seed determine the inputs. The
 * error names the run's seed, and fast-check's own seed and path, which `parameters` may repeat.
 */
export function forAll<Inputs>(
  test: Named,
  property: fc.IAsyncProperty<Inputs>,
  parameters?: fc.Parameters<Inputs>,
): Promise<void>;
export function forAll<Inputs>(
  test: Named,
  property: fc.IProperty<Inputs>,
  parameters?: fc.Parameters<Inputs>,
): void;
export function forAll<Inputs>(
  { name }: Named,
  property: fc.IRawProperty<Inputs>,
  parameters: fc.Parameters<Inputs> = {},
): Promise<void> | void {
  const seeded = { seed: seedOf(name), ...parameters };
  try {
    return fc.assert(property, seeded)?.catch(failed);
  } catch (thrown) {
    failed(thrown);
  }
}

function failed(thrown: unknown): never {
  if (!(thrown instanceof Error)) throw thrown;
  const { message, cause } = thrown;
  throw new Error(`${message}\n${SEED_VARIABLE}=${runSeed()} repeats this run`, { cause });
}
