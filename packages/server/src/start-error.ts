/** Why a server cannot start, in words for who starts it: its folder is damaged, or another server's. No bug. */
export class StartError extends Error {}
