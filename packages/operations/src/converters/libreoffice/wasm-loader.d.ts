/** LibreOffice as wasm: the parts of the package's loader, which brings no types, that are used. */
declare module '@matbee/libreoffice-converter/wasm/loader' {
  export interface OfficeModule {
    /** Of memory: nothing of this machine is in it. */
    readonly FS: {
      mkdir(path: string): void;
      readdir(path: string): string[];
      readFile(path: string): Uint8Array;
      unlink(path: string): void;
      writeFile(path: string, data: Uint8Array): void;
    };
    /** Anew after each call: it grows. */
    readonly HEAPU8: Uint8Array;
    readonly _malloc: (size: number) => number;
    readonly _free: (pointer: number) => void;
    /** LibreOfficeKit; 0 when it did not start. */
    readonly _libreofficekit_hook: (installPath: number) => number;
    readonly _lok_documentLoadWithOptions: (kit: number, url: number, options: number) => number;
    /** 0 when it failed. */
    readonly _lok_documentSaveAs: (
      ...call: readonly [document: number, url: number, format: number, options: number]
    ) => number;
    readonly _lok_documentDestroy: (document: number) => void;
    readonly _lok_getError: (kit: number) => number;
  }
  export function createModule(config: {
    readonly print?: (line: string) => void;
    readonly printErr?: (line: string) => void;
  }): Promise<OfficeModule>;
}
