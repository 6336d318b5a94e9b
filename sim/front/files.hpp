#pragma once
// The modem's file system: flat, small, and kept in a folder of the host so that files survive a reboot and a restart.

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::sim {

/// XOR of big-endian 16-bit words; an odd last byte is the high byte of its word (AT reference, 3).
std::uint16_t file_checksum(std::string_view content);

/// "UFS:x.pem" and "x.pem" are one file. Nothing for an empty name, another storage, or more than 80 bytes.
std::optional<std::string> file_name(std::string_view given);

class FileStore {
 public:
  /// Takes a lock on the folder, so that two simulators never share one. Errc::disk.
  static Result<FileStore> open(const std::filesystem::path& folder, std::int64_t capacity);
  FileStore(FileStore&& other) noexcept;
  FileStore& operator=(FileStore&&) = delete;
  ~FileStore();

  const std::map<std::string, std::string>& all() const { return files_; }
  const std::string* find(std::string_view name) const;
  Status put(const std::string& name, std::string content);
  Status remove(const std::string& name);

  /// From here on changes stay in a cache (AT reference, 5: firmware R02A05M08 and later) until write_out().
  void use_cache() { cached_ = true; }
  Status write_out();
  /// The power fails: what was not written out is as it was before.
  void lose_cache();

  std::int64_t capacity() const { return capacity_; }
  std::int64_t free() const;

 private:
  FileStore(std::filesystem::path folder, std::int64_t capacity) : folder_(std::move(folder)), capacity_(capacity) {}
  std::filesystem::path folder_;
  std::int64_t capacity_;
  int lock_ = -1;
  Status write(const std::string& name, const std::string& content);
  Status erase(const std::string& name);
  std::map<std::string, std::string> files_;
  bool cached_ = false;
  std::map<std::string, std::optional<std::string>> flash_{};  ///< what the flash holds where the cache differs
};

}  // namespace epki::sim
