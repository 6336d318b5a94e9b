#pragma once
// Where a test finds the events of an MqttClient.

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>

#include "sim/net/network.hpp"

namespace epki::sim::bench {

class Inbox {
 public:
  using Event = MqttClient::Event;

  MqttClient::Sink sink() {
    return [this](const Event& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
      changed_.notify_all();
    };
  }

  /// The next event of any kind; fails the test when none comes.
  Event next() {
    std::unique_lock lock(mutex_);
    Event event{.kind = Event::Kind::closed, .packet_id = -1, .code = -1, .topic = {}, .payload = {}};
    if (!changed_.wait_for(lock, std::chrono::seconds(20), [this] { return !events_.empty(); })) {
      ADD_FAILURE() << "no event came";
      return event;
    }
    event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

  Event next(Event::Kind kind) {
    Event event = next();
    EXPECT_EQ(static_cast<int>(event.kind), static_cast<int>(kind));
    return event;
  }

  bool empty() {
    const std::lock_guard lock(mutex_);
    return events_.empty();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Event> events_;
};

}  // namespace epki::sim::bench
