#pragma once

namespace epki {

/// The deleter of a C library's value: std::unique_ptr<BIO, Freed<BIO_free_all>>.
template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* value) const noexcept {
    Free(value);
  }
};

}  // namespace epki
