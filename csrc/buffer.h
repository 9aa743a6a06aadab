// Lists whose memory is written once: by the threads that fill it.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
#include <vector>

namespace detailbase {

// As std::allocator, but elements that nobody gave a value keep what memory held. Setting millions
// of them to zero takes one thread as long as many take to compute them.
template <class T>
struct Uninitialized : std::allocator<T> {
  static_assert(std::is_trivially_destructible<T>::value, "for plain data");

  Uninitialized() = default;
  template <class Other>
  Uninitialized(const Uninitialized<Other>&) noexcept {}

  template <class Other>
  struct rebind {
    using other = Uninitialized<Other>;
  };

  template <class Other>
  void construct(Other* at) {
    ::new (static_cast<void*>(at)) Other;
  }
  template <class Other, class... Arguments>
  void construct(Other* at, Arguments&&... arguments) {
    ::new (static_cast<void*>(at)) Other{static_cast<Arguments&&>(arguments)...};
  }
};

template <class T>
using Buffer = std::vector<T, Uninitialized<T>>;

}  // namespace detailbase
