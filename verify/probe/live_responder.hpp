#pragma once
// The responder in this process. Its parts of waiting are apart, for a loop that waits for other things as well.

#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "core/descriptor.hpp"
#include "verify/probe/caps.hpp"
#include "verify/probe/lobby.hpp"
#include "verify/probe/name_server.hpp"
#include "verify/probe/relay.hpp"
#include "verify/probe/responder.hpp"
#include "verify/probe/signal_fd.hpp"

namespace epki::probe {

struct ResponderPlan {
  HostPort listen{"127.0.0.1", 0};
  std::optional<HostPort> dns{};    ///< where the DNS responder listens
  std::optional<HostPort> relay{};  ///< the live server that attempts may be passed through to; fixed from here on
  Caps caps{};
};

/// All connections belong to one thread. arm() and finish() hand it jobs and wait for them: a job never waits itself,
/// so neither do they for long.
class LiveResponder final : public Responder {
 public:
  /// Errc::network when an address cannot be bound or the relay's name cannot be looked up.
  static Result<std::unique_ptr<LiveResponder>> start(const ResponderPlan& plan, const Cancel& cancel);
  ~LiveResponder() override;

  std::uint16_t port() const override { return port_; }
  Status arm(const Presentation& presentation) override;
  Result<Visit> visit() override;
  Result<ServerRecord> collect(Deadline by, Until until = Until::decided) override;
  NameServer* names() override { return names_.get(); }
  std::optional<HostPort> relay_target() const override;

  /// From now on a connection that has come and gone without a ClientHello decides too.
  void a_visit_decides();
  /// Readable for poll() once nothing that is still to come would tell more of the attempt.
  int decided_fd() const { return decided_.fd(); }
  /// collect() without waiting.
  Result<ServerRecord> finish();

 private:
  LiveResponder(Descriptor listener, std::uint16_t port, const ResponderPlan& plan, const Cancel& cancel);
  Result<Welcome> welcome_for(const Presentation& presentation) const;
  void in_thread(std::function<void()> job);
  void run(const std::stop_token& stop);
  void do_jobs();

  Descriptor listener_;
  std::uint16_t port_;
  const Cancel& cancel_;
  Caps caps_;
  std::optional<RelayTarget> relay_;
  std::unique_ptr<NameServer> names_;
  Signal wake_;
  Signal decided_;
  std::mutex mutex_;
  std::vector<std::packaged_task<void()>> jobs_;
  Lobby lobby_;        // the thread's alone
  bool told_ = false;  // the thread's alone: decided_ was raised for this attempt
  std::jthread thread_;
};

}  // namespace epki::probe
