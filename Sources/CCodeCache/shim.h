// Has the processor see code that has just been written, where its caches do not see to that themselves.
static inline void larmor_seeCode(void *start, void *end) { __builtin___clear_cache(start, end); }
