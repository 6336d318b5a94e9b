#!/bin/sh
# Makes the stand-in public chains (README.md beside this file). Usage: make-stand-ins.sh FOLDER-OF-TEMPLATES
set -e
out=$(realpath "$1")
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
cd "$T"
umask 077
cat > ext <<X
[root]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[inter]
basicConstraints=critical,CA:TRUE,pathlen:0
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[leafrsa]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature,keyEncipherment
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=DNS:broker.public-stand-in.example
[leafec]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=serverAuth
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
subjectAltName=DNS:broker.ec.public-stand-in.example
[ca]
default_ca=d
[d]
database=$T/index
serial=$T/serial
new_certs_dir=$T
default_md=sha256
policy=p
unique_subject=no
[p]
organizationName=supplied
commonName=supplied
X
make() { # stem, key options, words, leaf section, host
  : > index; openssl rand -hex 16 > serial
  for k in root inter leaf; do openssl genpkey $2 -out $k.key 2>/dev/null; done
  openssl req -new -key root.key -subj "/O=ec200u-pki stand-in, not a public CA/CN=$3 Root" -out root.csr
  openssl req -new -key inter.key -subj "/O=ec200u-pki stand-in, not a public CA/CN=$3 Issuing CA" -out inter.csr
  openssl req -new -key leaf.key -subj "/O=ec200u-pki stand-in, not a public CA/CN=$5" -out leaf.csr
  ca() { openssl ca -batch -notext -config ext "$@" 2>/dev/null; }
  ca -selfsign -keyfile root.key -in root.csr -startdate 20150101000000Z -enddate 20490101000000Z -extfile ext -extensions root -out root.pem
  ca -keyfile root.key -cert root.pem -in inter.csr -startdate 20160101000000Z -enddate 20490101000000Z -extfile ext -extensions inter -out inter.pem
  ca -keyfile inter.key -cert inter.pem -in leaf.csr -startdate 20200101000000Z -enddate 20490101000000Z -extfile ext -extensions $4 -out leaf.pem
  shred -u root.key inter.key leaf.key
  cp root.pem $out/personas/built-in/$1-root.pem
  cat leaf.pem inter.pem root.pem > $out/replay/$1-chain.pem
}
make public-stand-in "-algorithm RSA -pkeyopt rsa_keygen_bits:2048" "Public Stand-In" leafrsa broker.public-stand-in.example
make public-stand-in-ec "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" "Public Stand-In EC" leafec broker.ec.public-stand-in.example
