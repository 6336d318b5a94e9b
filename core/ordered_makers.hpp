#pragma once
// Things made by several threads and handed out in the order in which they were wanted. The threads stay, so that
// between one portion and the next nobody waits for a thread to start.

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace epki {

template <class Wanted, class Made>
class OrderedMakers {
 public:
  /// Called in one of the threads, which are numbered from 0; never twice at once in the same.
  using Make = std::function<Made(std::size_t thread, const Wanted& wanted)>;

  /// No thread starts before something is wanted, and never more than there are things to make.
  OrderedMakers(std::size_t threads, Make make) : most_(threads), make_(std::move(make)) {}
  OrderedMakers(const OrderedMakers&) = delete;
  OrderedMakers& operator=(const OrderedMakers&) = delete;

  /// Waits for what is being made at this moment; what is not begun yet is never made.
  ~OrderedMakers() {
    {
      const std::lock_guard guard(mutex_);
      stopping_ = true;
    }
    work_.notify_all();
  }

  /// Does not block: they are made behind those wanted before.
  void want(std::vector<Wanted> more) {
    {
      const std::lock_guard guard(mutex_);
      for (auto& one : more) orders_.push_back({std::move(one), std::nullopt});
    }
    work_.notify_all();
    while (threads_.size() < std::min(most_, orders_.size()))
      threads_.emplace_back([this, thread = threads_.size()] { work(thread); });
  }

  /// The next `count`, or as many as are wanted and not taken yet. Blocks until they are made.
  std::vector<Made> take(std::size_t count) {
    std::unique_lock lock(mutex_);
    awaited_ = std::min(count, orders_.size());
    open_ =
        static_cast<std::size_t>(std::count_if(orders_.begin(), orders_.begin() + static_cast<std::ptrdiff_t>(awaited_),
                                               [](const Order& order) { return !order.made; }));
    ready_.wait(lock, [this] { return open_ == 0; });
    std::vector<Made> taken;
    taken.reserve(awaited_);
    for (; awaited_ > 0; --awaited_, ++taken_) {
      taken.push_back(*std::move(orders_.front().made));
      orders_.pop_front();
    }
    return taken;
  }

 private:
  struct Order {
    Wanted wanted;
    std::optional<Made> made;
  };

  void work(std::size_t thread) {
    std::unique_lock lock(mutex_);
    for (;;) {
      work_.wait(lock, [this] { return stopping_ || begun_ < taken_ + orders_.size(); });
      if (stopping_) return;
      const std::size_t number = begun_++;
      Order& order = orders_[number - taken_];  // stays where it is while others come and go at the ends
      lock.unlock();
      Made made = make_(thread, order.wanted);
      lock.lock();
      order.made.emplace(std::move(made));
      if (number < taken_ + awaited_ && --open_ == 0) ready_.notify_one();
    }
  }

  std::size_t most_;
  Make make_;
  std::mutex mutex_{};
  std::condition_variable work_{}, ready_{};
  std::deque<Order> orders_{};
  std::size_t taken_ = 0;    ///< so many stood before the first that is there
  std::size_t begun_ = 0;    ///< of all that were ever wanted
  std::size_t awaited_ = 0;  ///< by take(), of those that are there
  std::size_t open_ = 0;     ///< of the awaited: not made yet
  bool stopping_ = false;
  std::vector<std::jthread> threads_{};  ///< last: they use all the others
};

}  // namespace epki
