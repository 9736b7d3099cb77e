import type { DynamicModule, Provider, Type } from '@nestjs/common';

/** Modules over what a test gives them, in the place of the modules of `libs/host`. */
export const given = (providers: Exclude<Provider, Type>[], ...imports: Type[]): DynamicModule => ({
  module: class Given {},
  global: true,
  imports,
  providers,
  exports: providers.map(({ provide }) => provide),
});
