#include "verify/probe/remote_session.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>

#include "core/poll.hpp"
#include "verify/probe/line_feed.hpp"
#include "verify/probe/remote_protocol.hpp"

namespace epki::probe::remote {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kWriteLimit{30};

class Session {
 public:
  Session(int in, int out, const SessionPlan& plan, const Cancel& cancel)
      : in_(in), out_(out), plan_(plan), cancel_(cancel), end_(after(plan.whole)) {}

  Status run() {
    if (auto said = say(render(Greeting{protocol_version, plan_.version})); !said) return said;
    Deadline idle = after(plan_.idle);
    for (;;) {
      if (cancel_.requested()) return interrupted();
      const auto now = steady_clock::now();
      if (waiting_ && (now >= waiting_->until)) {
        if (auto done = finish_collect(); !done) return done;
        continue;
      }
      if (now >= end_ || now >= idle) return Error{Errc::network, "nothing was asked for too long", {}};
      const Deadline due = std::min({idle, end_, waiting_ ? waiting_->until : Deadline::max()});
      std::array<pollfd, 3> events{pollfd{in_, POLLIN, 0},
                                   pollfd{waiting_ && responder_ ? responder_->decided_fd() : -1, POLLIN, 0},
                                   pollfd{cancel_.fd(), POLLIN, 0}};
      if (::poll(events.data(), events.size(), milliseconds_until(due)) < 0) continue;
      if (events[1].revents != 0) {
        if (auto done = finish_collect(); !done) return done;
      }
      if (events[0].revents == 0) continue;
      idle = after(plan_.idle);
      auto more = read_some();
      if (!more) return std::move(more).error();
      if (!*more) return success();
    }
  }

 private:
  struct Waiting {
    std::int64_t id;
    Deadline until;
  };

  /// False at the end of the pipe.
  Result<bool> read_some() {
    std::array<char, 16384> chunk{};
    const auto n = ::read(in_, chunk.data(), chunk.size());
    if (n == 0) return false;
    if (n < 0) {
      if (errno == EINTR || errno == EAGAIN) return true;
      return Error{Errc::network, std::string("the pipe cannot be read: ") + std::strerror(errno), {}};
    }
    lines_.feed({chunk.data(), static_cast<std::size_t>(n)});
    while (const auto line = lines_.next()) {
      if (auto done = take(*line); !done) return std::move(done).error();
    }
    if (lines_.overlong()) return Error{Errc::input, "the other side's line does not end", {}};
    return true;
  }

  Status take(const std::string& line) {
    auto request = parse_request(line);
    if (!request) return std::move(request).error();
    id_ = request->id;
    return std::visit([this](const auto& what) { return handle(what); }, request->what);
  }

  Status handle(const Listen& listen) {
    if (responder_) return answer(Error{Errc::usage, "the responder listens already", {}});
    ResponderPlan plan{plan_.listen.value_or(listen.where), plan_.dns ? plan_.dns : listen.dns, plan_.relay,
                       plan_.caps};
    auto started = LiveResponder::start(plan, cancel_);
    if (!started) return answer(std::move(started).error());
    responder_ = std::move(*started);
    Place place{responder_->port(), std::nullopt, responder_->relay_target()};
    if (responder_->names() != nullptr) place.dns_port = responder_->names()->port();
    return answer(place);
  }

  Status handle(const Arm& arm) {
    if (!responder_) return not_listening();
    return answer_to(responder_->arm(arm.presentation));
  }

  Status handle(const AskVisit&) {
    if (!responder_) return not_listening();
    auto visit = responder_->visit();
    if (!visit) return answer(std::move(visit).error());
    return answer(*visit);
  }

  Status handle(const Collect& collect) {
    if (!responder_) return not_listening();
    if (waiting_) return answer(Error{Errc::usage, "an attempt is being waited for already", {}});
    if (collect.until == Until::visited) responder_->a_visit_decides();
    waiting_ = Waiting{id_, after(collect.wait)};
    return success();
  }

  /// The attempt that is waited for ends now: its own reply comes first.
  Status handle(const Stop&) {
    const auto mine = id_;
    if (waiting_) {
      if (auto done = finish_collect(); !done) return done;
    }
    id_ = mine;
    return answer(Done{});
  }

  Status handle(const AnswerNames& names) {
    if (!responder_ || responder_->names() == nullptr) return no_names();
    return answer_to(responder_->names()->answer(names.names, names.address));
  }

  Status handle(const WhatWasAsked&) {
    if (!responder_ || responder_->names() == nullptr) return no_names();
    auto asked = responder_->names()->asked();
    if (!asked) return answer(std::move(asked).error());
    return answer(std::move(*asked));
  }

  Status finish_collect() {
    id_ = waiting_->id;
    waiting_.reset();
    auto record = responder_->finish();
    if (!record) return answer(std::move(record).error());
    return answer(std::move(*record));
  }

  Status not_listening() { return answer(Error{Errc::usage, "the responder does not listen yet", {}}); }
  Status no_names() {
    return answer(Error{Errc::usage, "the responder answers no DNS", "start it with --dns ADDR:PORT"});
  }

  Status answer_to(Status status) { return status ? answer(Done{}) : answer(std::move(status).error()); }
  template <class What>
  Status answer(What what) {
    return say(render(Reply{id_, std::move(what)}));
  }

  Status say(std::string_view text) const {
    const Deadline by = after(kWriteLimit);
    while (!text.empty()) {
      std::array<pollfd, 2> events{pollfd{out_, POLLOUT, 0}, pollfd{cancel_.fd(), POLLIN, 0}};
      const int ready = ::poll(events.data(), events.size(), milliseconds_until(by));
      if (cancel_.requested()) return interrupted();
      if (ready == 0) return Error{Errc::network, "the other side does not read", {}};
      if (ready < 0 || events[0].revents == 0) continue;
      // Pieces of at most PIPE_BUF never block once poll() said there is room.
      const auto n = ::write(out_, text.data(), std::min<std::size_t>(text.size(), 4096));
      if (n < 0 && errno != EINTR && errno != EAGAIN)
        return Error{Errc::network, std::string("the pipe is gone: ") + std::strerror(errno), {}};
      if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
    }
    return success();
  }

  int in_, out_;
  const SessionPlan& plan_;
  const Cancel& cancel_;
  Deadline end_;
  LineFeed lines_{longest_line};
  std::int64_t id_ = 0;
  std::unique_ptr<LiveResponder> responder_;
  std::optional<Waiting> waiting_;
};

}  // namespace

Status serve(int in, int out, const SessionPlan& plan, const Cancel& cancel) {
  // A verifier that has gone away is an error like any other.
  struct sigaction ignore {};
  struct sigaction before {};
  ignore.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &ignore, &before);
  auto served = Session(in, out, plan, cancel).run();
  ::sigaction(SIGPIPE, &before, nullptr);
  return served;
}

}  // namespace epki::probe::remote
