#include "cli/verify_roots.hpp"

#include <filesystem>

#include "core/file.hpp"

namespace epki::cli {

Result<ossl::TrustStore> public_roots(const std::optional<std::string>& file) {
  std::filesystem::path path = file.value_or("");
  if (!file) {
    auto system = ossl::system_roots_file();
    if (!system) return std::move(system).error();
    path = *std::move(system);
  }
  auto text = read_file(path);
  if (!text) return std::move(text).error();
  auto store = ossl::TrustStore::from_pem(*text);
  if (!store) return Error{Errc::input, path.string() + ": " + store.error().what, store.error().hint};
  return store;
}

}  // namespace epki::cli
