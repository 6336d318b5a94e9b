#pragma once
// Many modems in one loop: pseudo-terminals on one side, Modem values on the other.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/descriptor.hpp"
#include "core/result.hpp"
#include "sim/front/modem.hpp"
#include "sim/run/pty.hpp"

namespace epki::sim {

/// A symbolic link to a pty, removed at the end if it is still ours.
class Link {
 public:
  /// Replaces a symbolic link; anything else of that name is left alone: Errc::disk.
  static Result<Link> make(const std::filesystem::path& path, const std::string& target);
  Link(Link&& other) noexcept;
  Link& operator=(Link&&) = delete;
  ~Link();
  const std::filesystem::path& path() const { return path_; }

 private:
  Link(std::filesystem::path path, std::string target) : path_(std::move(path)), target_(std::move(target)) {}
  std::filesystem::path path_;
  std::string target_;
};

class Host {
 public:
  /// Called once per modem, when it is past RDY: a line of JSON.
  using Announce = std::function<void(const std::string& line)>;
  explicit Host(Announce announce) : announce_(std::move(announce)) {}

  /// `link` empty: none. The modem is switched on at once.
  Status add(Modem::Parts parts, const std::filesystem::path& link);

  /// Runs until `signals` (a signalfd) brings SIGTERM, SIGINT or SIGHUP, or all ports have vanished. SIGUSR1 switches
  /// modems on again that were powered down.
  Status run(int signals);

 private:
  struct Hosted {
    std::optional<Pty> pty;  ///< nothing: unplugged (quirk)
    std::filesystem::path link_path;
    std::optional<Link> link;
    std::unique_ptr<Modem> modem;
    std::string backlog{};  ///< what the host has not taken yet
    bool announced = false;
    bool touched = true;          ///< something came: served in the next round, whatever the time is
    std::optional<Moment> due{};  ///< when it is served although nothing came
    std::uint32_t watched = 0;    ///< events of the pty that are waited for; 0: it is not watched
  };
  Status serve(Hosted& hosted, Moment now);
  /// Serves those that are touched or due; says when the next is due.
  Result<std::optional<Moment>> serve_all(Moment now);
  Status watch(Hosted& hosted);
  void take_events(Moment now);
  static Status plug(Hosted& hosted);
  std::string line(const Hosted& hosted) const;
  Announce announce_;
  Descriptor events_{};  ///< epoll: a modem among hundreds costs nothing while it has nothing to say
  std::list<Hosted> all_;
};

}  // namespace epki::sim
