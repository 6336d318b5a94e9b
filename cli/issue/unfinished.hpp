#pragma once
// The note that a batch has begun: who repeats the same command goes on with it. Kept in .ec200u-pki/issuing.

#include <cstddef>
#include <filesystem>
#include <string>

#include "core/descriptor.hpp"
#include "core/result.hpp"

namespace epki::cli {

class Unfinished {
 public:
  struct What {
    std::string kind;           ///< "device", "server"
    std::filesystem::path out;  ///< absolute
    bool bundle = false;
    std::string list_sha256;
    std::size_t group = 0;  ///< rows recorded and delivered at a time
  };

  /// Finds the note of exactly this batch, or gets ready to write it, and locks out a second process that would work on
  /// the same. Errc::input when one does.
  static Result<Unfinished> open(const std::filesystem::path& state_folder, const What& what);
  Unfinished(Unfinished&&) noexcept = default;
  Unfinished& operator=(Unfinished&&) = delete;
  ~Unfinished();

  /// Whether a run was cut: batch() and group() are then those of that run.
  bool found() const { return found_; }
  const std::string& batch() const { return batch_; }
  std::size_t group() const { return group_; }

  /// Writes the note, durable, with the id of a new batch.
  Status begin(std::string batch);
  /// The batch is complete, or nothing of it was recorded.
  Status remove();

 private:
  Unfinished() = default;
  Status write(std::string_view text);
  std::filesystem::path file_{};
  What what_{};
  std::string batch_{};
  std::size_t group_ = 0;
  Descriptor held_{};
  bool found_ = false;
};

}  // namespace epki::cli
