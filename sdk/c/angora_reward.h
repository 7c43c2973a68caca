/* A reward for Angora in C: a sandboxed WebAssembly module of the contract in
 * plugin-api/wit/v1/reward.wit. No C library is needed; a clang with a linker for WebAssembly is
 * enough:
 *
 *     clang --target=wasm32 -O2 -nostdlib -ffreestanding -I sdk/c -Wl,--no-entry \
 *         -o reward.wasm reward.c
 *
 * Before this header is included, once, the reward says what it is:
 *
 *     #define ANGORA_NAME "my-lab-rewards"         the plugin, unique in a run
 *     #define ANGORA_VERSION "1.0.0"
 *     #define ANGORA_DESCRIPTION "One sentence"
 *     #define ANGORA_AUTHORS "A. Author"
 *     #define ANGORA_LICENCE "Apache-2.0"
 *     #define ANGORA_REWARD "near"                 what --reward takes
 *     #define ANGORA_TERMS "\"near\",\"fast\""     names of its terms
 *     #define ANGORA_TERM_COUNT 2
 *
 * One instance of the module is one environment's reward, so its state may lie in statics.
 */
#ifndef ANGORA_REWARD_H
#define ANGORA_REWARD_H

#include <stdint.h>

/* A text of the host: UTF-8, not terminated, valid until the function returns. */
typedef struct {
    const char *bytes;
    uint32_t length;
} angora_text;

/* Numbers of the host, valid until the function returns. */
typedef struct {
    const double *values;
    uint32_t length;
} angora_signals;

/* The brain's action, valid until the function returns. */
typedef struct {
    const float *values;
    uint32_t length;
} angora_action;

/* What went wrong, as the first argument of angora_fault. */
enum {
    ANGORA_FAILED = 1,
    ANGORA_CONFIG = 2,
    ANGORA_LENGTH = 4,
    ANGORA_UNKNOWN_ID = 6,
    ANGORA_UNSUPPORTED = 7
};

/* --- what you write: each returns 0, or angora_fault(...) ------------------------------------- */

/* Becomes the reward. `config` is JSON, `null` or `{}` for the defaults; `context` is JSON too, see
 * angora_signal. */
static int reward_create(angora_text config, angora_text context);

/* An episode begins with these signals. All randomness of the episode comes from the seed. */
static int reward_reset(uint64_t seed, angora_signals signals);

/* Writes all terms of one control step. `progress` is the part of the training that is done, 0..1. */
static int reward_evaluate(angora_signals signals, angora_action action, double progress,
                           double terms[ANGORA_TERM_COUNT]);

/* --- what you call ---------------------------------------------------------------------------- */

/* Says what went wrong, and about which signal or setting (may be empty); both texts are literals.
 * The run then ends, and keeps its checkpoint. */
static int angora_fault(uint32_t code, const char *field, const char *message);

/* 0 if no settings were given; else the fault that names the first of them. For reward_create of a
 * reward that has none. */
static int angora_no_settings(angora_text config);

/* Whether two texts are equal. */
static int angora_equal(angora_text text, const char *other);

/* Where the first value of a signal lies among all, by the context of reward_create; -1 if the task
 * has no such signal. */
static int32_t angora_signal(angora_text context, const char *name);

/* --- the manifest ----------------------------------------------------------------------------- */

#define ANGORA_AS_IT_IS(text) #text
#define ANGORA_QUOTE(text) ANGORA_AS_IT_IS(text)
#define ANGORA_KEY(key, value)                                                                     \
    ".ascii \"\\\"" key "\\\":\\\"\"\n.ascii " ANGORA_QUOTE(value) "\n.ascii \"\\\",\"\n"
__asm__(".section \".custom_section.angora:manifest\",\"\",@\n"
        ".ascii \"{\"\n"
        ANGORA_KEY("name", ANGORA_NAME)
        ANGORA_KEY("version", ANGORA_VERSION)
        ANGORA_KEY("contract", "1.0.0")
        ANGORA_KEY("description", ANGORA_DESCRIPTION)
        ANGORA_KEY("authors", ANGORA_AUTHORS)
        ANGORA_KEY("licence", ANGORA_LICENCE)
        ".ascii \"\\\"contributions\\\":[{\\\"kind\\\":\\\"reward\\\",\\\"id\\\":\\\"\"\n"
        ".ascii " ANGORA_QUOTE(ANGORA_REWARD) "\n"
        ".ascii \"\\\"}]}\"\n");

/* --- how it crosses the boundary -------------------------------------------------------------- */

#define ANGORA_EXPORT(name) __attribute__((export_name("angora:plugin/reward@1.0.0#" name)))

/* Where the compiler's own data ends. */
extern unsigned char __heap_base;

/* Results as the canonical ABI lays them out. */
static struct {
    uint32_t failed;
    union {
        struct {
            uint32_t code;
            angora_text message, field;
        } fault;
        struct {
            const void *place;
            uint32_t length;
        } list;
    } is;
} angora_result;

/* Arguments lie in an arena that is empty again after each call. */
static uintptr_t angora_used;

__attribute__((export_name("cabi_realloc"))) void *angora_realloc(void *old, uint32_t old_length,
                                                                  uint32_t align,
                                                                  uint32_t length) {
    uintptr_t begin = angora_used ? angora_used : (uintptr_t)&__heap_base;
    begin = (begin + align - 1) & ~(uintptr_t)(align - 1);
    uintptr_t end = begin + length, pages = end / 65536 + 1;
    uintptr_t have = __builtin_wasm_memory_size(0);
    if (end < begin ||
        (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (uintptr_t)-1))
        __builtin_trap();
    for (uint32_t i = 0; i < old_length && i < length; i++)
        ((volatile char *)begin)[i] = ((char *)old)[i];
    angora_used = end;
    return (void *)begin;
}

static uint32_t angora_length(const char *text) {
    uint32_t length = 0;
    while (text[length]) length++;
    return length;
}

static int angora_fault_at(uint32_t code, angora_text field, const char *message) {
    angora_result.is.fault.code = code;
    angora_result.is.fault.message = (angora_text){message, angora_length(message)};
    angora_result.is.fault.field = field;
    return 1;
}

static int angora_fault(uint32_t code, const char *field, const char *message) {
    return angora_fault_at(code, (angora_text){field, angora_length(field)}, message);
}

/* What a call gives: its fault, or a list. */
static void *angora_done(int failed, const void *place, uint32_t length) {
    angora_used = 0;
    angora_result.failed = failed != 0;
    if (!failed) {
        angora_result.is.list.place = place;
        angora_result.is.list.length = length;
    }
    return &angora_result;
}

static int angora_starts(angora_text text, uint32_t at, const char *word) {
    for (uint32_t i = 0; word[i]; i++)
        if (at + i >= text.length || text.bytes[at + i] != word[i]) return 0;
    return 1;
}

static int angora_equal(angora_text text, const char *other) {
    return text.length == angora_length(other) && angora_starts(text, 0, other);
}

static int angora_no_settings(angora_text config) {
    if (angora_equal(config, "null") || angora_equal(config, "{}")) return 0;
    /* {"setting":...}: the first name lies between the first two quotes. */
    uint32_t begin = 0;
    while (begin < config.length && config.bytes[begin] != '"') begin++;
    uint32_t end = ++begin;
    while (end < config.length && config.bytes[end] != '"') end++;
    angora_text name = {config.bytes + begin, end > config.length ? 0 : end - begin};
    return angora_fault_at(ANGORA_CONFIG, name, "this reward has no settings");
}

static int32_t angora_signal(angora_text context, const char *name) {
    /* {"signals":[{"name":"cart_position","len":1,...},...],...}, written without spaces. */
    static const char name_key[] = "{\"name\":\"", length_key[] = "\",\"len\":";
    int32_t place = 0;
    for (uint32_t at = 0; at < context.length; at++) {
        if (!angora_starts(context, at, name_key)) continue;
        uint32_t begin = at + sizeof name_key - 1, end = begin;
        while (end < context.length && context.bytes[end] != '"') end++;
        if (angora_equal((angora_text){context.bytes + begin, end - begin}, name)) return place;
        if (!angora_starts(context, end, length_key)) continue;
        int32_t length = 0;
        for (at = end + sizeof length_key - 1; at < context.length; at++) {
            char digit = context.bytes[at];
            if (digit < '0' || digit > '9') break;
            length = 10 * length + (digit - '0');
        }
        place += length;
    }
    return -1;
}

ANGORA_EXPORT("configurations")
void *angora_configurations(const char *id, uint32_t id_length) {
    (void)id, (void)id_length;
    return angora_done(0, "{}", 2);
}

ANGORA_EXPORT("create")
void *angora_create(const char *id, uint32_t id_length, const char *config, uint32_t config_length,
                    const char *context, uint32_t context_length) {
    if (!angora_equal((angora_text){id, id_length}, ANGORA_REWARD))
        return angora_done(angora_fault(ANGORA_UNKNOWN_ID, "", "there is no such reward"), 0, 0);
    return angora_done(reward_create((angora_text){config, config_length},
                                     (angora_text){context, context_length}),
                       0, 0);
}

ANGORA_EXPORT("spec")
void *angora_spec(void) {
    static const char spec[] = "{\"terms\":[" ANGORA_TERMS "]}";
    return angora_done(0, spec, sizeof spec - 1);
}

ANGORA_EXPORT("reset")
void *angora_reset(uint64_t seed, const double *signals, uint32_t signals_length) {
    return angora_done(reward_reset(seed, (angora_signals){signals, signals_length}), 0, 0);
}

ANGORA_EXPORT("evaluate")
void *angora_evaluate(const double *signals, uint32_t signals_length, const float *action,
                      uint32_t action_length, double progress) {
    static double terms[ANGORA_TERM_COUNT];
    int failed = reward_evaluate((angora_signals){signals, signals_length},
                                 (angora_action){action, action_length}, progress, terms);
    return angora_done(failed, terms, ANGORA_TERM_COUNT);
}

#ifndef ANGORA_SAVES_STATE
/* A reward without state; one that has some defines ANGORA_SAVES_STATE and exports both calls. */
ANGORA_EXPORT("save")
void *angora_save(void) { return angora_done(0, 0, 0); }

ANGORA_EXPORT("restore")
void *angora_restore(const uint8_t *state, uint32_t state_length) {
    (void)state, (void)state_length;
    return angora_done(0, 0, 0);
}
#endif

#endif
