// Calls into MuJoCo whose fatal errors come back as a value instead of ending the process.
#ifndef ANGORA_GUARD_H_
#define ANGORA_GUARD_H_

#include <mujoco/mujoco.h>

enum {
  ANGORA_GUARD_OK = 0,
  ANGORA_GUARD_ERROR = 1,     // MuJoCo raised mju_error; the text is in angora_guard_text()
  ANGORA_GUARD_DIVERGED = 2,  // a number that is none, or too large, in qpos, qvel, qacc or ctrl
};

// Makes the guard MuJoCo's log handler and its default handler silent. Call it before anything
// else of MuJoCo runs; further calls do nothing. `end` is given the text of a fatal error outside
// of a guarded call, and ends the process.
void angora_guard_install(void (*end)(const char*));

// Text of the last error on this thread; valid until the next guarded call on it.
const char* angora_guard_text(void);

// `substeps` x mj_step, then mj_rnePostConstraint if asked. `time` receives the time at which
// the substep that failed began.
int angora_guard_step(const mjModel* m, mjData* d, int substeps, int contact_forces, double* time);

// mj_forward.
int angora_guard_forward(const mjModel* m, mjData* d);

// mj_resetData.
int angora_guard_reset(const mjModel* m, mjData* d);

// Makes data for the model and frees it: whether there is memory for it.
int angora_guard_allocate(const mjModel* m);

// Makes data for the model, runs mj_forward on it and frees it. What MuJoCo had allocated when
// it raised an error is lost.
int angora_guard_probe(const mjModel* m);

// Fills `con` with a rendering context of the OpenGL context that is current on this thread, for
// pictures of up to width x height; `plain` leaves out multisampling and shadows. What MuJoCo had
// allocated when it raised an error is lost.
int angora_guard_make_context(const mjModel* m, int width, int height, int plain, mjrContext* con);

// mjr_freeContext; the same OpenGL context must be current.
void angora_guard_free_context(mjrContext* con);

// Fills `scn` with what `cam` sees; needs no OpenGL.
int angora_guard_see(const mjModel* m, mjData* d, const mjvOption* opt, const mjvCamera* cam,
                     mjvScene* scn);

// Draws a scene into `rgb` [height * width * 3], bottom row first. The OpenGL context of `con` must
// be current.
int angora_guard_draw(mjvScene* scn, const mjrContext* con, int width, int height,
                      unsigned char* rgb);

// Raises a true mju_error under the guard, for tests: asks for more stack than there is.
int angora_guard_overflow(mjData* d);

#endif  // ANGORA_GUARD_H_
