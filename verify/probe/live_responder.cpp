#include "verify/probe/live_responder.hpp"

#include <poll.h>

#include <array>
#include <utility>

#include "core/poll.hpp"
#include "verify/probe/listening.hpp"
#include "verify/probe/mqtt_answers.hpp"
#include "verify/probe/observer.hpp"

namespace epki::probe {

namespace {

Result<std::unique_ptr<ossl::Conversation>> conversation_for(const Presentation& presentation) {
  if (!presentation.key) return observe(presentation.chain);
  return ossl::tls_conversation({presentation.chain, *presentation.key, mqtt_answers()});
}

}  // namespace

Result<std::unique_ptr<LiveResponder>> LiveResponder::start(const ResponderPlan& plan, const Cancel& cancel) {
  auto listener = listen_on(plan.listen, Transport::tcp);
  if (!listener) return std::move(listener).error();
  const auto bound = port_of(listener->get());
  if (!bound) return bound.error();
  std::unique_ptr<LiveResponder> responder(new LiveResponder(std::move(*listener), *bound, plan, cancel));
  if (plan.relay) {
    auto target = RelayTarget::look_up(*plan.relay);
    if (!target) return std::move(target).error();
    responder->relay_ = std::move(*target);
  }
  if (plan.dns) {
    auto names = NameServer::start(*plan.dns);
    if (!names) return std::move(names).error();
    responder->names_ = std::move(*names);
  }
  if (!responder->wake_.valid() || !responder->decided_.valid()) {
    return Error{Errc::internal, "the responder cannot start: no file descriptors left", {}};
  }
  responder->thread_ = std::jthread([self = responder.get()](const std::stop_token& stop) { self->run(stop); });
  return responder;
}

LiveResponder::LiveResponder(Descriptor listener, std::uint16_t port, const ResponderPlan& plan, const Cancel& cancel)
    : listener_(std::move(listener)),
      port_(port),
      cancel_(cancel),
      caps_(plan.caps),
      lobby_(listener_.get(), plan.caps) {}

LiveResponder::~LiveResponder() {
  thread_.request_stop();
  wake_.raise();
}

std::optional<HostPort> LiveResponder::relay_target() const {
  return relay_ ? std::optional(relay_->place()) : std::nullopt;
}

Result<Welcome> LiveResponder::welcome_for(const Presentation& presentation) const {
  if (presentation.relay) {
    if (!relay_) {
      return Error{Errc::usage, "the responder was started without a live server to pass through to",
                   "start it with --relay HOST:PORT"};
    }
    return Welcome(
        [target = &*relay_, caps = caps_](ossl::PeerSocket peer) { return relay(std::move(peer), *target, caps); });
  }
  auto conversation = conversation_for(presentation);
  if (!conversation) return std::move(conversation).error();
  auto held = std::make_shared<std::unique_ptr<ossl::Conversation>>(std::move(*conversation));
  return Welcome([held](ossl::PeerSocket peer) -> std::unique_ptr<Dialogue> {
    return std::make_unique<OwnDialogue>(std::move(peer), std::move(*held));
  });
}

Status LiveResponder::arm(const Presentation& presentation) {
  auto welcome = welcome_for(presentation);
  if (!welcome) return std::move(welcome).error().during("arming " + presentation.id);
  bool was_armed = false;
  in_thread([&] {
    was_armed = lobby_.armed();
    if (was_armed) return;
    told_ = false;
    decided_.lower();
    lobby_.arm({presentation.expected_sni, presentation.path, presentation.sni_off, presentation.to_the_end},
               std::move(*welcome), std::chrono::steady_clock::now());
  });
  if (was_armed) return Error{Errc::internal, "the responder was armed twice; collect the first attempt before", {}};
  return success();
}

Result<ServerRecord> LiveResponder::finish() {
  ServerRecord record;
  bool was_armed = false;
  in_thread([&] {
    was_armed = lobby_.armed();
    // What has arrived by now belongs to the attempt, read or not.
    lobby_.move_on(std::chrono::steady_clock::now());
    record = lobby_.disarm();
  });
  if (!was_armed) return Error{Errc::internal, "the responder was not armed; there is nothing to collect", {}};
  return record;
}

Result<Visit> LiveResponder::visit() {
  auto visit = Visit::nobody;
  in_thread([&] {
    // What has arrived by now counts, read or not.
    lobby_.move_on(std::chrono::steady_clock::now());
    visit = lobby_.visit();
  });
  return visit;
}

void LiveResponder::a_visit_decides() {
  in_thread([&] { lobby_.a_visit_decides(); });
}

Result<ServerRecord> LiveResponder::collect(Deadline by, Until until) {
  if (until == Until::visited) a_visit_decides();
  bool cancelled = false;
  for (bool waiting = true; waiting && !cancelled;) {
    std::array<pollfd, 2> events{{{decided_.fd(), POLLIN, 0}, {cancel_.fd(), POLLIN, 0}}};
    const int ready = ::poll(events.data(), events.size(), milliseconds_until(by));
    cancelled = cancel_.requested();
    waiting = ready < 0 || (ready > 0 && events[0].revents == 0);
  }
  auto record = finish();
  if (cancelled) return interrupted();
  return record;
}

void LiveResponder::in_thread(std::function<void()> job) {
  std::packaged_task<void()> task(std::move(job));
  auto done = task.get_future();
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(task));
  }
  wake_.raise();
  done.get();
}

void LiveResponder::run(const std::stop_token& stop) {
  std::vector<pollfd> events;
  while (!stop.stop_requested()) {
    events.assign(1, {wake_.fd(), POLLIN, 0});
    lobby_.add_to(events);
    const auto due = lobby_.next_due();
    ::poll(events.data(), events.size(), due ? milliseconds_until(*due) : -1);
    wake_.lower();
    do_jobs();
    lobby_.move_on(std::chrono::steady_clock::now());
    if (lobby_.decided() && !std::exchange(told_, true)) decided_.raise();
  }
}

void LiveResponder::do_jobs() {
  std::vector<std::packaged_task<void()>> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs.swap(jobs_);
  }
  for (auto& job : jobs) job();
}

Result<std::unique_ptr<Responder>> Responder::start(const std::string& address, std::uint16_t port,
                                                    const Cancel& cancel) {
  auto responder = LiveResponder::start({.listen = {address, port}}, cancel);
  if (!responder) return std::move(responder).error();
  return std::unique_ptr<Responder>(std::move(*responder));
}

}  // namespace epki::probe
