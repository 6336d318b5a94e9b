#include "pki/ossl/token.hpp"

#include <libp11.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <span>

#include "core/text.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

constexpr const char* any_module = "p11-kit-proxy.so";

/// A loaded module and its slots; let go in the order that libp11 asks for.
class Module {
 public:
  Module() = default;
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module() {
    if (slots_ != nullptr) PKCS11_release_all_slots(context_, slots_, count_);
    if (loaded_) PKCS11_CTX_unload(context_);
    if (context_ != nullptr) PKCS11_CTX_free(context_);
  }

  Status load(const std::string& path) {
    context_ = PKCS11_CTX_new();
    const char* name = path.empty() ? any_module : path.c_str();
    loaded_ = context_ != nullptr && PKCS11_CTX_load(context_, name) == 0;
    if (!loaded_)
      return take_error(Errc::key, std::string("the PKCS#11 module ") + name + " cannot be loaded",
                        "name it in the key's URI with module-path=, or install p11-kit-modules");
    if (PKCS11_enumerate_slots(context_, &slots_, &count_) != 0)
      return take_error(Errc::key, std::string("the PKCS#11 module ") + name + " does not tell its slots",
                        "check the token and the module's own configuration");
    return success();
  }
  std::span<PKCS11_SLOT> slots() const { return {slots_, count_}; }

 private:
  PKCS11_CTX* context_ = nullptr;
  PKCS11_SLOT* slots_ = nullptr;
  unsigned int count_ = 0;
  bool loaded_ = false;
};

/// The key goes before the module that it lives in.
struct Held {
  std::shared_ptr<Module> module;
  PrivateKey::Impl key;
};

// One for each library and process: opening a session through a second one would end those of the first.
Result<std::shared_ptr<Module>> module_at(const std::string& path) {
  static std::mutex guard;
  static std::map<std::string, std::weak_ptr<Module>> loaded;
  const std::lock_guard lock(guard);
  if (auto known = loaded[path].lock()) return known;
  auto fresh = std::make_shared<Module>();
  if (auto done = fresh->load(path); !done) return std::move(done).error();
  loaded[path] = fresh;
  return fresh;
}

std::string text_of(const char* text) {
  return text == nullptr ? "" : text;
}

Result<PKCS11_SLOT*> find_token(const Module& module, const TokenUri& uri) {
  PKCS11_SLOT* found = nullptr;
  for (auto& slot : module.slots()) {
    if (slot.token == nullptr || slot.token->initialized == 0) continue;
    if (!uri.token.empty() && text_of(slot.token->label) != uri.token) continue;
    if (!uri.serial.empty() && text_of(slot.token->serialnr) != uri.serial) continue;
    if (found != nullptr)
      return Error{Errc::key, "several tokens fit " + uri.text, "name the token with token= or serial="};
    found = &slot;
  }
  if (found != nullptr) return found;
  return Error{Errc::key, "no token fits " + uri.text, "plug it in; pkcs11-tool --list-slots shows what is there"};
}

Status log_in(PKCS11_SLOT* slot, const Secret& pin) {
  const std::string label = text_of(slot->token->label);
  if (slot->token->userPinLocked != 0)
    return Error{Errc::key, "token " + label + " is locked after too many wrong PINs",
                 "have its security officer set a new PIN"};
  int logged_in = 0;
  if (PKCS11_is_logged_in(slot, 0, &logged_in) == 0 && logged_in == 1) return success();  // for another key of it
  if (PKCS11_open_session(slot, 0) != 0) return take_error(Errc::key, "token " + label + " opens no session");
  Secret terminated(pin.size() + 1);  // libp11 wants a C string
  std::copy(pin.view().begin(), pin.view().end(), reinterpret_cast<char*>(terminated.bytes().data()));
  if (PKCS11_login(slot, 0, terminated.view().data()) != 0)
    return take_error(Errc::key, "token " + label + " refuses the PIN",
                      "check it before the next try: a few wrong ones lock the token");
  return success();
}

Result<PKCS11_KEY*> find_key(PKCS11_SLOT* slot, const TokenUri& uri) {
  PKCS11_KEY* keys = nullptr;
  unsigned int count = 0;
  if (PKCS11_enumerate_keys(slot->token, &keys, &count) != 0)
    return take_error(Errc::key, "token " + text_of(slot->token->label) + " does not list its keys");
  PKCS11_KEY* found = nullptr;
  for (auto& key : std::span(keys, count)) {
    if (!uri.object.empty() && text_of(key.label) != uri.object) continue;
    if (!uri.id.empty() && !std::ranges::equal(std::as_bytes(std::span(key.id, key.id_len)), uri.id)) continue;
    if (found != nullptr)
      return Error{Errc::key, "several keys fit " + uri.text, "tell them apart with object= and id="};
    found = &key;
  }
  if (found != nullptr) return found;
  return Error{Errc::key, "token " + text_of(slot->token->label) + " has no private key that fits " + uri.text,
               "pkcs11-tool --login --list-objects shows what is there"};
}

// libp11 finds the public half of an elliptic curve key by its CKA_ID alone: where others have the same, or none has
// any, it would be another key's.
Status check_id(PKCS11_SLOT* slot, const PKCS11_KEY* key, const EVP_PKEY* opened, const TokenUri& uri) {
  if (EVP_PKEY_get_base_id(opened) != EVP_PKEY_EC) return success();
  PKCS11_KEY* keys = nullptr;
  unsigned int count = 0;
  if (PKCS11_enumerate_public_keys(slot->token, &keys, &count) != 0)
    return take_error(Errc::key, "token " + text_of(slot->token->label) + " does not list its public keys");
  const auto same = std::ranges::count_if(std::span(keys, count), [&](const PKCS11_KEY& other) {
    return std::ranges::equal(std::span(other.id, other.id_len), std::span(key->id, key->id_len));
  });
  if (same <= 1) return success();
  return Error{Errc::key,
               "the key " + uri.text +
                   " has no ID of its own in its token, so that its public half cannot be "
                   "told from others'",
               "give each key pair an ID: pkcs11-tool --login --set-id 01 --type privkey (and pubkey) --label …"};
}

}  // namespace

Result<PrivateKey> open_token_key(const TokenUri& uri, const Secret& pin) {
  ERR_clear_error();
  const auto module = module_at(uri.module_path);
  if (!module) return module.error();
  const auto held = std::make_shared<Held>(Held{*module, {}});
  const auto slot = find_token(**module, uri);
  if (!slot) return slot.error();
  if (auto in = log_in(*slot, pin); !in) return std::move(in).error();
  const auto key = find_key(*slot, uri);
  if (!key) return key.error();
  held->key.handle.reset(PKCS11_get_private_key(*key));
  if (!held->key.handle) return take_error(Errc::key, "the token's key " + uri.text + " cannot be used");
  ERR_clear_error();
  if (auto own = check_id(*slot, *key, held->key.handle.get(), uri); !own) return std::move(own).error();
  return PrivateKey(std::shared_ptr<const PrivateKey::Impl>(held, &held->key));
}

}  // namespace epki::ossl
