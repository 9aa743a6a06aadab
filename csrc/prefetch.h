// Memory that is read soon, on its way into the cache.
#pragma once

#include <cstddef>

namespace detailbase {

// Any address will do.
template <class T>
inline void prefetch(const T* from, size_t count) {
#if defined(__GNUC__)
  constexpr size_t kLine = 64 / sizeof(T);
  for (size_t i = 0; i < count; i += kLine) __builtin_prefetch(from + i);
#else
  (void)from, (void)count;
#endif
}

}  // namespace detailbase
