#pragma once
// A wire to PostgreSQL that can be cut at the worst moment: after the server has committed, before the client is told.

#include <atomic>
#include <filesystem>
#include <string>
#include <thread>

namespace epki::ledger {

class CutWire {
 public:
  /// Listens in `folder` as a server there would, and passes on to the socket in `server_folder`.
  CutWire(const std::filesystem::path& folder, const std::filesystem::path& server_folder);
  ~CutWire();
  CutWire(const CutWire&) = delete;
  CutWire& operator=(const CutWire&) = delete;

  /// The answer to the next COMMIT is lost, and the connection with it.
  void lose_next_commit() { lose_ = true; }
  int lost() const { return lost_; }

 private:
  void serve();
  void pass(int client);

  int listener_ = -1, stop_ = -1;
  std::string server_;
  std::atomic<bool> lose_ = false;
  std::atomic<int> lost_ = 0;
  std::thread thread_;
};

}  // namespace epki::ledger
