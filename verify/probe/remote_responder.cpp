#include "verify/probe/remote_responder.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "core/child.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"
#include "verify/probe/line_feed.hpp"
#include "verify/probe/remote_protocol.hpp"

namespace epki::probe::remote {

namespace {

// A login over a slow line, with a host name that takes its time to be looked up.
constexpr std::chrono::seconds kGreeting{30};
// What a reply may take beyond the time that was asked for.
constexpr std::chrono::seconds kReply{30};
constexpr int kMostBannerLines = 1000;

/// One request at a time over the child's pipe.
class Line {
 public:
  Line(Child child, const Cancel& cancel) : child_(std::move(child)), cancel_(cancel) {}

  /// A reply of the kind that is wanted.
  template <class Wanted, class What>
  Result<Wanted> ask(What what, std::chrono::milliseconds patience = kReply) {
    auto id = send(std::move(what));
    if (!id) return std::move(id).error();
    return await<Wanted>(*id, patience);
  }

  template <class What>
  Result<std::int64_t> send(What what) {
    const auto id = ++last_id_;
    auto text = render(Request{id, std::move(what)});
    if (!text) return std::move(text).error();
    if (auto sent = child_.write_input(*text, after(kReply)); !sent) return gone();
    return id;
  }

  template <class Wanted>
  Result<Wanted> await(std::int64_t id, std::chrono::milliseconds patience) {
    const Deadline by = after(patience);
    for (;;) {
      auto line = next_line(by);
      if (!line) return std::move(line).error();
      auto reply = parse_reply(*line);
      if (!reply) return std::move(reply).error();
      if (reply->id < id) continue;  // of a request that was given up
      if (auto* const error = std::get_if<Error>(&reply->what)) return std::move(*error);
      if (auto* const wanted = std::get_if<Wanted>(&reply->what); wanted != nullptr && reply->id == id)
        return std::move(*wanted);
      return Error{Errc::network, "the responder answers another question than it was asked", {}};
    }
  }

  Status greet() {
    const Deadline by = after(kGreeting);
    for (int i = 0; i < kMostBannerLines; ++i) {
      auto line = next_line(by);
      if (!line) return std::move(line).error();
      const auto greeting = parse_greeting(*line);
      if (!greeting) continue;
      if (greeting->protocol == protocol_version) return success();
      return Error{Errc::network,
                   "the responder speaks version " + std::to_string(greeting->protocol) + " of the protocol and we " +
                       std::to_string(protocol_version) + " (it is ec200u-pki " + visible(greeting->version) + ")",
                   "install the same version of ec200u-pki on both computers"};
    }
    return Error{Errc::network, "what the responder's command prints is no greeting of ours",
                 "try the command by hand: it must end in ec200u-pki respond --stdio"};
  }

 private:
  Error gone() const {
    return {Errc::network, "the responder has ended" + (last_.empty() ? std::string() : "; it last said: " + last_),
            "try its command by hand: it must run ec200u-pki respond --stdio without asking for anything"};
  }

  Result<std::string> next_line(Deadline by) {
    for (;;) {
      if (auto line = lines_.next()) {
        last_ = visible(line->substr(0, 200));
        return std::move(*line);
      }
      if (lines_.overlong()) return Error{Errc::network, "the responder's line does not end", {}};
      if (cancel_.requested()) return interrupted();
      if (child_.output_fd() < 0) return gone();
      std::array<pollfd, 2> events{pollfd{child_.output_fd(), POLLIN, 0}, pollfd{cancel_.fd(), POLLIN, 0}};
      const int ready = ::poll(events.data(), events.size(), milliseconds_until(by));
      if (ready == 0) return Error{Errc::network, "the responder does not answer", "look at the line to it"};
      if (ready < 0 || events[0].revents == 0) continue;
      std::array<char, 16384> chunk{};
      const auto n = ::read(child_.output_fd(), chunk.data(), chunk.size());
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) return gone();
      lines_.feed({chunk.data(), static_cast<std::size_t>(n)});
    }
  }

  Child child_;
  const Cancel& cancel_;
  LineFeed lines_{longest_line};
  std::string last_;
  std::int64_t last_id_ = 0;
};

class RemoteNames final : public NameServer {
 public:
  RemoteNames(Line& line, std::uint16_t port) : line_(line), port_(port) {}
  std::uint16_t port() const override { return port_; }
  Status answer(const std::vector<std::string>& names, const std::string& address) override {
    auto done = line_.ask<Done>(AnswerNames{names, address});
    return done ? success() : Status(std::move(done).error());
  }
  Result<std::vector<NameAsked>> asked() override { return line_.ask<std::vector<NameAsked>>(WhatWasAsked{}); }

 private:
  Line& line_;
  std::uint16_t port_;
};

class RemoteResponder final : public Responder {
 public:
  explicit RemoteResponder(std::unique_ptr<Line> line) : line_(std::move(line)) {}

  Status listen(const RemotePlan& plan) {
    auto place = line_->ask<Place>(Listen{plan.listen, plan.dns});
    if (!place) return std::move(place).error();
    place_ = std::move(*place);
    if (place_.dns_port) names_.emplace(*line_, *place_.dns_port);
    return success();
  }

  std::uint16_t port() const override { return place_.port; }
  NameServer* names() override { return names_ ? &*names_ : nullptr; }
  std::optional<HostPort> relay_target() const override { return place_.relay; }

  Status arm(const Presentation& presentation) override {
    auto done = line_->ask<Done>(Arm{presentation});
    return done ? success() : Status(std::move(done).error());
  }

  Result<Visit> visit() override { return line_->ask<Visit>(AskVisit{}); }

  Result<ServerRecord> collect(Deadline by, Until until = Until::decided) override {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(by - std::chrono::steady_clock::now());
    const auto wait = std::clamp(left, std::chrono::milliseconds(0), longest_wait);
    auto id = line_->send(Collect{wait, until});
    if (!id) return std::move(id).error();
    auto record = line_->await<ServerRecord>(*id, wait + kReply);
    if (!record && record.error().code == Errc::interrupted) {
      // The attempt ends all the same; its reply is passed over later.
      if (auto stopped = line_->send(Stop{}); !stopped) return std::move(stopped).error();
    }
    return record;
  }

 private:
  std::unique_ptr<Line> line_;
  Place place_;
  std::optional<RemoteNames> names_;
};

}  // namespace

Result<std::unique_ptr<Responder>> connect(const RemotePlan& plan, const Cancel& cancel) {
  auto child = Child::start({.argv = {"sh", "-c", plan.command}, .pipe_input = true});
  if (!child) return std::move(child).error();
  auto line = std::make_unique<Line>(std::move(*child), cancel);
  if (auto greeted = line->greet(); !greeted) return std::move(greeted).error().during("starting " + plan.command);
  auto responder = std::make_unique<RemoteResponder>(std::move(line));
  if (auto listens = responder->listen(plan); !listens)
    return std::move(listens).error().during("asking " + plan.command + " to listen");
  return std::unique_ptr<Responder>(std::move(responder));
}

}  // namespace epki::probe::remote
