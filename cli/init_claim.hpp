#pragma once
// A folder that is becoming a project: whose it is, and what is cleared away when that fails.

#include <filesystem>

#include "config/project.hpp"
#include "core/descriptor.hpp"
#include "core/result.hpp"

namespace epki::cli {

/// Held from before the first file of a new project until the last. A marker in its state folder tells a later init
/// what was cut; a lock on the marker tells another init that this one is at work.
class InitClaim {
 public:
  /// Clears away what a cut init left, and never anything else: only the marker proves that, and the project file,
  /// which comes last, disproves it. Errc::input when the folder holds a project, or another process is making one
  /// there; Errc::disk.
  static Result<InitClaim> take(const config::Project& project);
  InitClaim(InitClaim&&) noexcept = default;
  InitClaim& operator=(InitClaim&&) = delete;
  /// Unless keep() was called, nothing of the project is left.
  ~InitClaim();

  /// The project is whole.
  Status keep();

 private:
  explicit InitClaim(const config::Project& project);
  Status lock();
  void clear() const;

  std::filesystem::path folder_, state_, marker_;
  Descriptor held_{};  ///< the marker; none: there is nothing to clear away
};

}  // namespace epki::cli
