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
    _malloc(size: number): number;
    _free(pointer: number): void;
    /** LibreOfficeKit; 0 when it did not start. */
    _libreofficekit_hook(installPath: number): number;
    _lok_documentLoadWithOptions(kit: number, url: number, options: number): number;
    /** 0 when it failed. */
    _lok_documentSaveAs(document: number, url: number, format: number, options: number): number;
    _lok_documentDestroy(document: number): void;
    _lok_getError(kit: number): number;
  }
  export function createModule(config: {
    readonly print?: (line: string) => void;
    readonly printErr?: (line: string) => void;
  }): Promise<OfficeModule>;
}
