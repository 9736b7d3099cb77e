/** JSON as its parser types it: tests look into answers, events and messages by name, and `expect` says what is there. */
export type ParsedJson = ReturnType<typeof JSON.parse>;
