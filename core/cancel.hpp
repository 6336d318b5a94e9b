#pragma once
// Ctrl-C as a value. cli owns one Cancel and requests it from its signal handler; every blocking call polls its
// descriptor beside its own and returns Errc::interrupted.

#include <atomic>

#include "core/result.hpp"

namespace epki {

class Cancel {
 public:
  Cancel();
  ~Cancel();
  Cancel(const Cancel&) = delete;
  Cancel& operator=(const Cancel&) = delete;

  /// Safe in a signal handler.
  void request() noexcept;

  /// True once requested, unless a Shield stands.
  bool requested() const noexcept;

  /// Readable once requested: for poll(). -1 while a Shield stands (poll() ignores negative descriptors).
  int fd() const noexcept;

  /// While one stands, the request is put off: for the few exchanges that put a modem back as it was found.
  class Shield {
   public:
    explicit Shield(const Cancel& cancel) noexcept : cancel_(cancel) { ++cancel_.shields_; }
    ~Shield() { --cancel_.shields_; }
    Shield(const Shield&) = delete;
    Shield& operator=(const Shield&) = delete;

   private:
    const Cancel& cancel_;
  };

 private:
  int fd_;
  std::atomic<bool> requested_{false};
  mutable std::atomic<int> shields_{0};
};

/// The one wording of an interruption.
Error interrupted();

}  // namespace epki
