#include "cli/line_acceptor.hpp"

#include <algorithm>

#include "cli/open_ca.hpp"
#include "core/file.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

Result<ossl::Chain> read_chain(const fs::path& file) {
  auto pem = read_file(file);
  if (!pem) return std::move(pem).error();
  auto chain = ossl::chain_from_pem(*pem);
  if (!chain) return std::move(chain).error().during("reading " + file.string());
  return chain;
}

/// What every modem would refuse is said before the first board.
Status modems_take(const ossl::Chain& chain, const std::string& host, const ossl::Certificate& root, Instant now) {
  const auto& leaf = chain.front();
  auto names = leaf.dns_names();
  const auto addresses = leaf.ip_addresses();
  names.insert(names.end(), addresses.begin(), addresses.end());
  const std::string hint = "ec200u-pki issue server " + host + " makes a certificate for it";
  if (std::find(names.begin(), names.end(), host) == names.end())
    return Error{Errc::input, "the acceptor's certificate does not carry " + host + ", which the modems dial", hint};
  if (leaf.not_after() <= now)
    return Error{Errc::input, "the acceptor's certificate ended on " + rfc3339(leaf.not_after()), hint};
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (!chain[i - 1].signed_by(chain[i]))
      return Error{Errc::input,
                   "the acceptor's chain is out of order: its certificate " + std::to_string(i) +
                       " is not signed by the one that follows",
                   "put the acceptor's own certificate first, then what signed it"};
  if (!chain.back().signed_by(root))
    return Error{Errc::input, "the acceptor's chain does not end at this project's root, which the modems trust", hint};
  return success();
}

}  // namespace

Result<std::unique_ptr<acceptor::Acceptor>> open_acceptor(const config::Job& job, const config::Project& project,
                                                          const PassphraseOptions& passphrase, Context& context) {
  const auto& wanted = job.acceptor;
  if (wanted.host.empty()) return std::unique_ptr<acceptor::Acceptor>();
  const auto folder = job.file.parent_path();
  auto chain = read_chain(folder / wanted.certificate);
  if (!chain) return std::move(chain).error();
  auto root = read_chain(project.root_certificate());
  if (!root) return std::move(root).error();
  if (auto taken = modems_take(*chain, wanted.host, root->front(), context.clock.now()); !taken)
    return std::move(taken).error();
  auto key = open_key(folder / wanted.key, wanted.key, passphrase, context);
  if (!key) return std::move(key).error();
  auto anchors = read_chain(project.broker_folder() / "certs/client-ca.pem");
  if (!anchors) return std::move(anchors).error();
  const auto port = wanted.listen_port != 0 ? wanted.listen_port : wanted.port;
  return acceptor::Acceptor::start({.listen = {wanted.listen, static_cast<std::uint16_t>(port)},
                                    .host = wanted.host,
                                    .port = static_cast<std::uint16_t>(wanted.port),
                                    .chain = *std::move(chain),
                                    .key = *std::move(key),
                                    .client_anchors = *std::move(anchors)},
                                   context.random, context.cancel);
}

}  // namespace epki::cli
