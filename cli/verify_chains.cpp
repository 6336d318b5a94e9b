#include "cli/verify_chains.hpp"

#include <algorithm>

#include "cli/passphrase.hpp"
#include "cli/verify_roots.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/capture.hpp"
#include "verify/trial/census_files.hpp"

namespace epki::cli {

namespace {

constexpr std::chrono::seconds capture_limit{20};

class Names {
 public:
  void add(const std::string& name) {
    if (std::find(all.begin(), all.end(), name) == all.end()) all.push_back(name);
  }
  std::vector<std::string> all{};
};

Result<ossl::TrustStore> roots_of(const ChainOptions& options, trial::Setup& setup) {
  auto store = public_roots(options.roots);
  if (!store) return store;
  for (const auto& root : store->roots()) setup.system_roots.push_back(root.pem());
  return store;
}

Status set_publics(const ChainOptions& options, const Context& context, trial::Setup& setup, Names& names) {
  if (options.publics.empty()) return success();
  auto store = roots_of(options, setup);
  if (!store) return std::move(store).error();
  for (const auto& text : options.publics) {
    auto place = probe::parse_target(text);
    if (!place) return std::move(place).error();
    context.reporter.step("asking " + text_of(*place) + " for its chain");
    auto captured = probe::capture(*place, ossl::LeafKeyKind::any, *store, after(capture_limit), context.cancel);
    if (!captured) return std::move(captured).error().during("asking " + text_of(*place) + " for its chain");
    if (!captured->names_host)
      context.reporter.warning("the certificate of " + text_of(*place) +
                               " does not name it: the modem will refuse it for that");
    names.add(place->host);
    names.add(captured->genuine.host);
    captured->genuine.file = text_of(*place);
    setup.publics.push_back({*std::move(place), std::move(captured->genuine)});
  }
  return success();
}

Status set_genuine(const ChainOptions& options, trial::Setup& setup, Names& names) {
  if (!options.genuine && !options.key) return success();
  if (!options.genuine || !options.key)
    return Error{
        Errc::usage, "--genuine and --key belong together: the chain, and the key of its first certificate", {}};
  if (!setup.responder_command.empty())
    return Error{Errc::usage, "--genuine needs its key, and keys do not leave this computer: not with --responder",
                 "run verify on the computer that the modem reaches"};
  auto genuine = probe::read_genuine(*options.genuine);
  if (!genuine) return std::move(genuine).error();
  auto text = read_file(*options.key, 1U << 20U);
  if (!text) return std::move(text).error();
  auto key = ossl::PrivateKey::from_pem(*text, nullptr);
  wipe(std::as_writable_bytes(std::span(text->data(), text->size())));
  if (!key)
    return Error{Errc::key, *options.key + ": " + key.error().what, "give the key unencrypted, as the server has it"};
  if (!key->matches(genuine->presented.front()))
    return Error{Errc::key, *options.key + " is not the key of " + genuine->presented.front().subject(),
                 "give the key of the chain's first certificate"};
  genuine->key = *std::move(key);
  names.add(genuine->host);
  setup.genuine = *std::move(genuine);
  return success();
}

}  // namespace

Result<std::vector<std::string>> set_chains(const ChainOptions& options, const Context& context, trial::Setup& setup) {
  Names names;
  setup.replay_files = options.replay;
  for (const auto& file : options.replay) {
    auto genuine = probe::read_genuine(file);
    if (!genuine) return std::move(genuine).error();
    names.add(genuine->host);
  }
  if (options.census) {
    auto files = trial::census_files(*options.census);
    if (!files) return std::move(files).error();
    setup.census = *std::move(files);
    for (const auto& file : setup.census) {
      if (const auto genuine = probe::read_genuine(file))
        names.add(genuine->host);  // one that is none is a warning later
    }
  }
  if (auto done = set_publics(options, context, setup, names); !done) return std::move(done).error();
  if (auto done = set_genuine(options, setup, names); !done) return std::move(done).error();
  if (setup.dns && !setup.publics.empty()) setup.relay = setup.publics.front().place;
  return names.all;
}

}  // namespace epki::cli
