#pragma once
// The key-less observer: shows a chain whose key nobody here holds and reads the peer's alert. 48: the chain's root is
// unknown to the peer. 51: the chain passed and only the key exchange was minded (or nothing was judged at all, which
// the controls on the same server tell apart; trust probing, 1.2 and 1.3).

#include <memory>

#include "pki/ossl/certificate.hpp"
#include "pki/ossl/tls_conversation.hpp"

namespace epki::probe {

std::unique_ptr<ossl::Conversation> observe(ossl::Chain chain);

}  // namespace epki::probe
