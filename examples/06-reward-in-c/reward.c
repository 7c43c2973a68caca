/* `balance-c`: the reward of examples/05-reward-in-rust in C, without settings. */

#define ANGORA_NAME "example-reward-in-c"
#define ANGORA_VERSION "0.1.0"
#define ANGORA_DESCRIPTION "An example: a reward that wants the pole upright and the cart in the middle"
#define ANGORA_AUTHORS "The Angora authors"
#define ANGORA_LICENCE "Apache-2.0"
#define ANGORA_REWARD "balance-c"
#define ANGORA_TERMS "\"alive\",\"centre\",\"lean\""
#define ANGORA_TERM_COUNT 3
#include "angora_reward.h"

/* Price of a metre from the middle, and of a radian from upright, squared. */
static const double centre = 0.1, lean = 2.0;

static int32_t position, angle;

static int reward_create(angora_text config, angora_text context) {
    if (angora_no_settings(config)) return 1;
    position = angora_signal(context, "cart_position");
    if (position < 0)
        return angora_fault(ANGORA_CONFIG, "cart_position", "the task has no such signal");
    angle = angora_signal(context, "pole_angle");
    if (angle < 0) return angora_fault(ANGORA_CONFIG, "pole_angle", "the task has no such signal");
    return 0;
}

static int reward_reset(uint64_t seed, angora_signals signals) {
    (void)seed, (void)signals;
    return 0;
}

static int reward_evaluate(angora_signals signals, angora_action action, double progress,
                           double terms[ANGORA_TERM_COUNT]) {
    (void)action, (void)progress;
    double x = signals.values[position], theta = signals.values[angle];
    terms[0] = 1.0;
    terms[1] = -centre * x * x;
    terms[2] = -lean * theta * theta;
    return 0;
}
