#include "sim/front/crew.hpp"

#include <utility>

namespace epki::sim {

Worker::Worker(Where where) {
  if (where == Where::own_thread) thread_ = std::thread([this] { work(); });
}

Worker::~Worker() {
  dismiss();
  if (thread_.joinable()) thread_.join();
}

void Worker::run(std::function<void()> task) {
  if (!thread_.joinable()) return task();
  const std::lock_guard lock(guard_);
  tasks_.push_back(std::move(task));
  changed_.notify_one();
}

void Worker::dismiss() {
  const std::lock_guard lock(guard_);
  dismissed_ = true;
  if (!thread_.joinable()) finished_ = true;
  changed_.notify_one();
}

void Worker::work() {
  for (;;) {
    std::function<void()> task;
    {
      std::unique_lock lock(guard_);
      changed_.wait(lock, [this] { return dismissed_ || !tasks_.empty(); });
      if (tasks_.empty()) break;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
  finished_ = true;
}

Worker& Crew::hire() {
  tidy();
  return workers_.emplace_back(where_);
}

void Crew::tidy() {
  workers_.remove_if([](const Worker& worker) { return worker.finished(); });
}

}  // namespace epki::sim
