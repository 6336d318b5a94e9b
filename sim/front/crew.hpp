#pragma once
// Threads for what blocks: the network. Each worker does its tasks in order; the crew outlives none of its threads.

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace epki::sim {

class Worker {
 public:
  enum class Where : std::uint8_t {
    own_thread,
    callers_thread,  ///< run() does the task before it returns: for a network that never blocks
  };
  explicit Worker(Where where);
  ~Worker();  ///< does what is queued, then joins
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// Queues a task. It runs on the worker's thread, after those before it.
  void run(std::function<void()> task);
  /// No more tasks will come: the thread ends when the queue is empty.
  void dismiss();
  /// The thread is past its last task: joining takes no time.
  bool finished() const { return finished_; }

 private:
  void work();
  std::mutex guard_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool dismissed_ = false;
  std::atomic<bool> finished_{false};
  std::thread thread_;
};

class Crew {
 public:
  explicit Crew(Worker::Where where = Worker::Where::own_thread) : where_(where) {}
  Worker& hire();
  /// Joins the workers that were dismissed and have finished.
  void tidy();

 private:
  Worker::Where where_;
  std::list<Worker> workers_;
};

}  // namespace epki::sim
