/* Preloaded: once arm() was called, SIGINT or SIGTERM comes before and after each change of its
   handler, which is when a real one would do most harm. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>

typedef int (*change)(int, const struct sigaction*, struct sigaction*);

static int armed;

int arm(void) { return armed = 1; }

static void come(int number) {
  if (armed && (number == SIGINT || number == SIGTERM)) raise(number);
}

int sigaction(int number, const struct sigaction* new, struct sigaction* old) {
  change real = (change)dlsym(RTLD_NEXT, "sigaction");
  if (!new) return real(number, new, old);
  come(number);
  int result = real(number, new, old);
  come(number);
  return result;
}
