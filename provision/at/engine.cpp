#include "provision/at/engine.hpp"

#include <algorithm>
#include <utility>

#include "provision/at/driver.hpp"
#include "provision/at/reply.hpp"

namespace epki::at {

using Kind = Conversation::Kind;
using State = Conversation::State;

Engine::Engine(transport::ByteStream& wire, std::vector<std::string> unsolicited, std::string restart)
    : impl_(std::make_unique<Impl>(wire, std::move(unsolicited), std::move(restart))) {}

Engine::~Engine() = default;

void Engine::log_to(std::function<void(std::string_view line)> sink) {
  impl_->log.to(std::move(sink));
}

void Engine::mask(std::string_view secret) {
  impl_->log.mask(secret);
}

bool Engine::in_step() const {
  return impl_->in_step;
}

std::size_t Engine::restarts() const {
  return impl_->talk.restarts() + impl_->silent_restarts - impl_->excused_restarts;
}

bool Engine::restarted() const {
  return impl_->failed_by_restart;
}

void Engine::excuse_restarts(std::size_t count_before) {
  impl_->excused_restarts += restarts() - std::min(count_before, restarts());
}

std::int64_t Engine::home_speed() const {
  return impl_->home_speed;
}

const Statistics& Engine::statistics() const {
  return impl_->statistics;
}

transport::ByteStream& Engine::wire() {
  return impl_->wire;
}

Result<Reply> Engine::command(std::string_view line, Deadline by, std::string_view answer_prefix) {
  auto asked = impl_->ask({.command = std::string(line), .answer_prefix = std::string(answer_prefix)}, by);
  if (!asked) return std::move(asked).error();
  auto reply = impl_->finish(by);
  if (!reply || !impl_->owes() || !reply->lines.empty()) return reply;
  return impl_->confirm(std::move(*reply), by);
}

Result<Reply> Engine::command_with_data(std::string_view line, std::string_view data, Deadline by,
                                        std::string_view answer_prefix) {
  auto asked = impl_->ask({.command = std::string(line),
                           .answer_prefix = std::string(answer_prefix),
                           .kind = Kind::prompt,
                           .size = data.size()},
                          by);
  if (!asked) return std::move(asked).error();
  if (impl_->talk.state() == State::wants_data) {
    impl_->in_data_mode = true;
    if (auto sent = impl_->send(data, by); !sent) return impl_->give_up(std::move(sent).error());
    impl_->log.flush();
    impl_->talk.data_complete();
    return impl_->finish(by);
  }
  auto reply = impl_->finish(by);
  if (reply && reply->ok())
    return Error{Errc::modem_refused, "the modem answered OK without asking for the data",
                 "restart the modem and run the same command again"};
  return reply;
}

Result<Reply> Engine::upload(std::string_view line, std::string_view data, bool acknowledged, Deadline by,
                             const std::function<void(std::size_t)>& progress) {
  auto asked = impl_->ask({.command = std::string(line), .kind = Kind::upload, .size = data.size()}, by);
  if (!asked) return std::move(asked).error();
  if (impl_->talk.state() == State::wants_data) {
    impl_->in_data_mode = true;
    if (auto sent = impl_->send_blocks(data, acknowledged, by, progress); !sent) return std::move(sent).error();
  }
  return impl_->finish(by);
}

Result<Engine::Download> Engine::download(std::string_view line, std::size_t size, Deadline by) {
  auto asked = impl_->ask({.command = std::string(line), .kind = Kind::download, .size = size}, by);
  if (!asked) return std::move(asked).error();
  if (auto whole = impl_->receive(by); !whole) return std::move(whole).error();
  auto reply = impl_->finish(by);
  if (!reply) return std::move(reply).error();
  return Download{std::move(*reply), impl_->talk.take_data()};
}

std::optional<std::string> Engine::take_queued(const std::function<bool(std::string_view)>& wanted) {
  auto& queue = impl_->talk.unsolicited();
  const auto found = std::find_if(queue.begin(), queue.end(), wanted);
  if (found == queue.end()) return std::nullopt;
  std::string line = std::move(*found);
  queue.erase(found);
  return line;
}

void Engine::forget(const std::function<bool(std::string_view)>& which) {
  // What has arrived and was not read is stale too. A wire that fails here fails again in the exchange that follows.
  if (auto drained = impl_->drain(); !drained) return;
  std::erase_if(impl_->talk.unsolicited(), which);
}

Result<std::optional<std::string>> Engine::wait_for(const std::function<bool(std::string_view)>& wanted, Deadline by) {
  std::optional<std::string> line;
  const auto begun = monotonic_now();
  const auto heard_before = impl_->statistics.bytes_in;
  const auto restarts = impl_->talk.restarts();
  const auto restarted = [&] { return impl_->talk.restarts() != restarts; };
  auto heard = impl_->hear_until(
      [&] {
        line = take_queued(wanted);
        return line.has_value() || restarted();
      },
      by);
  impl_->log.flush();
  impl_->statistics.waited +=
      std::max(std::chrono::nanoseconds(0),
               monotonic_now() - begun - impl_->time_on_line(impl_->statistics.bytes_in - heard_before));
  if (!heard) return std::move(heard).error();
  if (!line && restarted()) return impl_->tell_restart();
  return line;
}

Result<std::string> Engine::await(const std::function<bool(std::string_view)>& wanted, Deadline by,
                                  std::string_view what) {
  auto line = wait_for(wanted, by);
  if (!line) return std::move(line).error();
  if (*line) return std::move(**line);
  return Error{Errc::modem_gone, std::string(what) + " did not come in time",
               "check the modem's signal and power, then run the same command again"};
}

}  // namespace epki::at
