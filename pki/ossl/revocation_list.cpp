#include "pki/ossl/revocation_list.hpp"

#include <algorithm>
#include <limits>
#include <memory>

#include "pki/ossl/facts.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

Result<RevocationListFacts> revocation_list_facts(std::span<const std::byte> der) {
  using List = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
  ERR_clear_error();
  if (der.empty() || der.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{Errc::input, "the bytes are no revocation list"};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const List list(d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  if (!list) return take_error(Errc::input, "the bytes are no revocation list");
  RevocationListFacts facts;
  facts.issuer = name_text(X509_CRL_get_issuer(list.get()));
  facts.this_update = instant_of(X509_CRL_get0_lastUpdate(list.get()));
  facts.next_update = instant_of(X509_CRL_get0_nextUpdate(list.get()));
  const auto* revoked = X509_CRL_get_REVOKED(list.get());
  facts.entries = static_cast<std::size_t>(std::max(sk_X509_REVOKED_num(revoked), 0));
  ERR_clear_error();
  return facts;
}

}  // namespace epki::ossl
