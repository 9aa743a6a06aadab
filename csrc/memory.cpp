#include "memory.h"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace detailbase {

void keep_freed_memory(int bytes) {
#if defined(__GLIBC__)
  constexpr int kLargest = 32 << 20;  // older versions take no more
  mallopt(M_MMAP_THRESHOLD, kLargest);
  mallopt(M_TRIM_THRESHOLD, bytes);
  mallopt(M_ARENA_MAX, 1);  // the heaps of other threads are too small to keep such blocks
#else
  static_cast<void>(bytes);
#endif
}

}  // namespace detailbase
