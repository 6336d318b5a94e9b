#pragma once
// How threads hand results to the modem's loop.

#include <functional>
#include <mutex>
#include <vector>

#include "sim/front/timeline.hpp"

namespace epki::sim {

class Inbox {
 public:
  using Note = std::function<void(Moment)>;

  Inbox();
  ~Inbox();
  Inbox(const Inbox&) = delete;
  Inbox& operator=(const Inbox&) = delete;

  /// From any thread; never blocks.
  void post(Note note);
  /// All that was posted, in order; the descriptor is quiet afterwards.
  std::vector<Note> take();
  /// Readable while something waits: for poll().
  int fd() const { return fd_; }

 private:
  int fd_;
  std::mutex guard_;
  std::vector<Note> notes_;
};

}  // namespace epki::sim
