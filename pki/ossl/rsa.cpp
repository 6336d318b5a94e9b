#include "pki/ossl/rsa.hpp"

#include <openssl/core_names.h>

#include <utility>

namespace epki::ossl {

namespace {

constexpr unsigned long public_exponent = 65537;

NumberHandle secret_number() {
  NumberHandle number(BN_secure_new());
  if (number) BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  return number;
}

// The private half beside n and e, named as in RFC 8017, 3.2.
struct Numbers {
  NumberHandle n{BN_new()}, e{BN_new()};
  NumberHandle d = secret_number(), p = secret_number(), q = secret_number();
  NumberHandle dp = secret_number(), dq = secret_number(), qinv = secret_number();

  bool complete() const { return n && e && d && p && q && dp && dq && qinv; }
};

// A prime with its two top bits set, so that the product of two has exactly twice the bits, and with p - 1 prime to e.
bool make_prime(BIGNUM* prime, int bits, const BIGNUM* e, BN_CTX* context) {
  const NumberHandle less_one = secret_number(), common{BN_new()};
  if (!less_one || !common) return false;
  while (true) {
    if (BN_generate_prime_ex2(prime, bits, 0, nullptr, nullptr, nullptr, context) != 1) return false;
    if (BN_sub(less_one.get(), prime, BN_value_one()) != 1) return false;
    if (BN_gcd(common.get(), less_one.get(), e, context) != 1) return false;
    if (BN_is_one(common.get())) return true;
  }
}

bool far_apart(const BIGNUM* p, const BIGNUM* q, int bits) {
  const NumberHandle difference = secret_number();
  if (!difference || BN_sub(difference.get(), p, q) != 1) return false;
  return BN_num_bits(difference.get()) > bits / 2 - 100;
}

// d = 1/e modulo lcm(p - 1, q - 1), and the CRT values.
bool derive(const Numbers& k, BN_CTX* context) {
  const NumberHandle p1 = secret_number(), q1 = secret_number(), product = secret_number(), common = secret_number(),
                     lcm = secret_number();
  return p1 && q1 && product && common && lcm && BN_sub(p1.get(), k.p.get(), BN_value_one()) == 1 &&
         BN_sub(q1.get(), k.q.get(), BN_value_one()) == 1 && BN_mul(product.get(), p1.get(), q1.get(), context) == 1 &&
         BN_gcd(common.get(), p1.get(), q1.get(), context) == 1 &&
         BN_div(lcm.get(), nullptr, product.get(), common.get(), context) == 1 &&
         BN_mod_inverse(k.d.get(), k.e.get(), lcm.get(), context) != nullptr &&
         BN_mod(k.dp.get(), k.d.get(), p1.get(), context) == 1 &&
         BN_mod(k.dq.get(), k.d.get(), q1.get(), context) == 1 &&
         BN_mod_inverse(k.qinv.get(), k.q.get(), k.p.get(), context) != nullptr &&
         BN_mul(k.n.get(), k.p.get(), k.q.get(), context) == 1;
}

bool make_numbers(const Numbers& k, int bits, BN_CTX* context) {
  if (BN_set_word(k.e.get(), public_exponent) != 1) return false;
  while (true) {
    if (!make_prime(k.p.get(), bits / 2, k.e.get(), context)) return false;
    if (!make_prime(k.q.get(), bits / 2, k.e.get(), context)) return false;
    if (BN_cmp(k.p.get(), k.q.get()) < 0) BN_swap(k.p.get(), k.q.get());
    if (!far_apart(k.p.get(), k.q.get(), bits)) continue;
    if (!derive(k, context)) return false;
    if (BN_num_bits(k.n.get()) == bits && BN_num_bits(k.d.get()) > bits / 2) return true;
  }
}

KeyHandle assemble(const Numbers& k) {
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (!builder) return nullptr;
  const std::pair<const char*, const BIGNUM*> all[] = {
      {OSSL_PKEY_PARAM_RSA_N, k.n.get()},          {OSSL_PKEY_PARAM_RSA_E, k.e.get()},
      {OSSL_PKEY_PARAM_RSA_D, k.d.get()},          {OSSL_PKEY_PARAM_RSA_FACTOR1, k.p.get()},
      {OSSL_PKEY_PARAM_RSA_FACTOR2, k.q.get()},    {OSSL_PKEY_PARAM_RSA_EXPONENT1, k.dp.get()},
      {OSSL_PKEY_PARAM_RSA_EXPONENT2, k.dq.get()}, {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, k.qinv.get()},
  };
  for (const auto& [name, number] : all)
    if (OSSL_PARAM_BLD_push_BN(builder.get(), name, number) != 1) return nullptr;
  const Parameters parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* key = nullptr;
  if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.get()) != 1)
    return nullptr;
  return KeyHandle(key);
}

}  // namespace

KeyHandle generate_rsa(int bits) {
  const NumberContext context(BN_CTX_secure_new());
  const Numbers numbers;
  if (!context || !numbers.complete() || !make_numbers(numbers, bits, context.get())) return nullptr;
  return assemble(numbers);
}

}  // namespace epki::ossl
