#include "sim/front/sockets.hpp"

#include <utility>

namespace epki::sim {

struct Socket::Link {
  std::atomic<bool> cancel{false};
  std::unique_ptr<Channel> channel{};  // made by the worker; then the reader receives and the worker sends

  // A peer that sends faster than the host fetches is made to wait.
  static constexpr std::int64_t most_unread = 64 << 10;
  std::mutex guard{};
  std::condition_variable changed{};
  std::int64_t unread = 0;  // may be below zero for a moment: the loop can be faster than the reader's own count

  void stop() {
    cancel = true;
    const std::lock_guard lock(guard);
    changed.notify_all();
  }
  void fetched(std::size_t bytes) {
    const std::lock_guard lock(guard);
    unread -= static_cast<std::int64_t>(bytes);
    changed.notify_all();
  }
  void arrived(std::size_t bytes) {
    std::unique_lock lock(guard);
    unread += static_cast<std::int64_t>(bytes);
    changed.wait(lock, [this] { return cancel || unread < most_unread; });
  }
};

void Sockets::open(int id, Socket described, Opener opener, const Post& post) {
  auto& socket = (*this)[id];
  socket = std::move(described);
  socket.state = Socket::State::opening;
  socket.link = std::make_shared<Socket::Link>();
  socket.worker = &crew_.hire();
  socket.worker->run([this, id, link = socket.link, opener = std::move(opener), post] {
    auto opened = opener(link->cancel);
    link->channel = std::move(opened.channel);
    const auto failure = link->channel || opened.failure != OpenFailure::none ? opened.failure : OpenFailure::tcp;
    post([this, id, link, failure, detail = opened.detail, post](Moment now) {
      auto& mine = (*this)[id];
      if (mine.link != link) return;
      if (!detail.empty()) events_.log(detail);
      mine.state = failure == OpenFailure::none ? Socket::State::open : Socket::State::closed;
      events_.opened(id, failure, now);
      if (failure == OpenFailure::none) read_from(id, post);
    });
  });
}

void Sockets::read_from(int id, const Post& post) {
  auto& reader = crew_.hire();
  reader.run([this, id, link = (*this)[id].link, post] {
    constexpr std::chrono::milliseconds patience(200);
    while (!link->cancel) {
      auto bytes = link->channel->receive(patience);
      if (bytes.empty() && link->channel->closed()) break;
      if (bytes.empty()) continue;
      const auto size = bytes.size();
      post([this, id, link, bytes = std::move(bytes)](Moment now) {
        auto& socket = (*this)[id];
        if (socket.link != link) return;
        socket.buffer += bytes;
        socket.received += bytes.size();
        events_.arrived(id, now);
      });
      link->arrived(size);
    }
    post([this, id, link](Moment now) {
      auto& socket = (*this)[id];
      if (socket.link != link || socket.state != Socket::State::open) return;
      socket.state = Socket::State::closed;
      events_.closed(id, now);
    });
  });
  reader.dismiss();
}

void Sockets::send(int id, std::string bytes, const Post& post, std::function<void(bool, Moment)> done) {
  auto& socket = (*this)[id];
  socket.sent += bytes.size();
  socket.worker->run([link = socket.link, bytes = std::move(bytes), post, done = std::move(done)] {
    const bool sent = link->channel && link->channel->send(bytes);
    post([done, sent](Moment now) { done(sent, now); });
  });
}

std::string Sockets::fetch(int id, std::size_t most) {
  auto& socket = (*this)[id];
  auto out = socket.buffer.substr(0, most);
  socket.buffer.erase(0, out.size());
  if (socket.link) socket.link->fetched(out.size());
  if (socket.buffer.empty()) socket.announced = false;
  return out;
}

void Sockets::close(int id) {
  auto& socket = (*this)[id];
  if (socket.link) {
    socket.link->stop();
    socket.worker->run([link = socket.link] {
      if (link->channel) link->channel->close();
    });
    socket.worker->dismiss();
  }
  socket = {};
}

void Sockets::close_all() {
  for (int id = 0; id < count; ++id) close(id);
}

}  // namespace epki::sim
