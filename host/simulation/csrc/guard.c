#include "guard.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

// Per thread: whether a guarded call is under way, where its error returns to, and the text.
static _Thread_local int armed;
static _Thread_local jmp_buf home;
static _Thread_local char text[2048];

// Ends the process with a text; set once, before the handler is.
static void (*end_process)(const char*);

// MuJoCo's log handler, for the whole process. mju_error calls it on the thread that raised the
// error, so that the jump only ever crosses C frames of that thread: MuJoCo's and ours.
static void on_message(const mjLogMessage* message) {
  if (message->level != mjLOG_ERROR) {
    return;  // warnings are counted in mjData, and compiler messages are returned
  }
  const char* body = message->body ? message->body : "";
  snprintf(text, sizeof text, "%s%s%s", message->subject, *body ? ": " : "", body);
  if (armed) {
    armed = 0;
    longjmp(home, 1);
  }
  // Outside of a guarded call (the compiler is C++, across which there is no jump) there is
  // nowhere to go, and to return would let MuJoCo go on with what it has just called impossible.
  end_process(text);
  _Exit(EXIT_FAILURE);
}

static void install(void) {
  mjLogConfig config = mju_getLogConfig();
  config.logto_console = 0;
  config.logto_file = 0;
  mju_setLogConfig(config);
  mju_setLogHandler(on_message);
}

void angora_guard_install(void (*end)(const char*)) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  end_process = end;
  pthread_once(&once, install);
}

const char* angora_guard_text(void) { return text; }

// The four warnings after which MuJoCo has silently replaced numbers of ours.
static int diverged(const mjData* d) {
  return d->warning[mjWARN_BADQPOS].number | d->warning[mjWARN_BADQVEL].number |
         d->warning[mjWARN_BADQACC].number | d->warning[mjWARN_BADCTRL].number;
}

// Runs the statements under the guard and returns ANGORA_GUARD_ERROR from the function around
// them if MuJoCo raises an error. Nothing in them may need cleaning up.
#define GUARDED(statements)      \
  do {                           \
    if (_setjmp(home)) {         \
      return ANGORA_GUARD_ERROR; \
    }                            \
    armed = 1;                   \
    statements;                  \
    armed = 0;                   \
  } while (0)

int angora_guard_step(const mjModel* m, mjData* d, int substeps, int contact_forces, double* time) {
  GUARDED({
    for (int i = 0; i < substeps; i++) {
      *time = d->time;
      mj_step(m, d);
      if (diverged(d)) {
        armed = 0;
        return ANGORA_GUARD_DIVERGED;
      }
    }
    if (contact_forces) {
      mj_rnePostConstraint(m, d);
    }
  });
  return ANGORA_GUARD_OK;
}

int angora_guard_forward(const mjModel* m, mjData* d) {
  GUARDED(mj_forward(m, d));
  return diverged(d) ? ANGORA_GUARD_DIVERGED : ANGORA_GUARD_OK;
}

int angora_guard_reset(const mjModel* m, mjData* d) {
  GUARDED(mj_resetData(m, d));
  return ANGORA_GUARD_OK;
}

int angora_guard_allocate(const mjModel* m) {
  GUARDED({
    mjData* d = mj_makeData(m);
    if (d) {
      mj_deleteData(d);
    }
  });
  return ANGORA_GUARD_OK;
}

int angora_guard_probe(const mjModel* m) {
  GUARDED({
    mjData* d = mj_makeData(m);
    if (d) {
      mj_forward(m, d);
      mj_deleteData(d);
    }
  });
  return ANGORA_GUARD_OK;
}

// MuJoCo counts its rendering contexts, and looks up OpenGL's functions, in static memory.
static pthread_mutex_t contexts = PTHREAD_MUTEX_INITIALIZER;

static int make_context(const mjModel* m, mjrContext* con) {
  GUARDED({
    mjr_defaultContext(con);
    mjr_makeContext(m, con, mjFONTSCALE_100);
    mjr_setBuffer(mjFB_OFFSCREEN, con);
  });
  return ANGORA_GUARD_OK;
}

int angora_guard_make_context(const mjModel* m, int width, int height, int plain, mjrContext* con) {
  // The context takes its size and quality from the model, which others share: they are changed
  // in a copy of its header, of which MuJoCo keeps nothing.
  mjModel changed = *m;
  changed.vis.global.offwidth = width;
  changed.vis.global.offheight = height;
  if (plain) {
    changed.vis.quality.offsamples = 0;
    changed.vis.quality.shadowsize = 0;
  }
  pthread_mutex_lock(&contexts);
  int code = make_context(&changed, con);
  pthread_mutex_unlock(&contexts);
  return code;
}

void angora_guard_free_context(mjrContext* con) {
  pthread_mutex_lock(&contexts);
  mjr_freeContext(con);
  pthread_mutex_unlock(&contexts);
}

int angora_guard_see(const mjModel* m, mjData* d, const mjvOption* opt, const mjvCamera* cam,
                     mjvScene* scn) {
  mjvCamera own = *cam;  // MuJoCo moves a camera that tracks a body
  GUARDED(mjv_updateScene(m, d, opt, NULL, &own, mjCAT_ALL, scn));
  return ANGORA_GUARD_OK;
}

int angora_guard_draw(mjvScene* scn, const mjrContext* con, int width, int height,
                      unsigned char* rgb) {
  mjrRect all = {0, 0, width, height};
  GUARDED({
    mjr_render(all, scn, con);
    mjr_readPixels(rgb, NULL, all, con);
  });
  return ANGORA_GUARD_OK;
}

int angora_guard_overflow(mjData* d) {
  GUARDED(mj_stackAllocNum(d, (size_t)1 << 40));
  return ANGORA_GUARD_OK;
}
