package io.heliograph.testkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Writes X.509 certificates in DER, as far as tests need them; the JDK reads but does not write them. */
final class X509Writer {

    private static final int BOOLEAN = 0x01;
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OCTET_STRING = 0x04;
    private static final int OBJECT_ID = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int DNS_NAME = 0x82;
    private static final int IP_ADDRESS = 0x87;

    private static final byte[] COMMON_NAME = {0x55, 4, 3};
    private static final byte[] BASIC_CONSTRAINTS = {0x55, 0x1d, 19};
    private static final byte[] ALTERNATIVE_NAME = {0x55, 0x1d, 17};
    private static final byte[] ECDSA_WITH_SHA256 = {0x2a, (byte) 0x86, 0x48, (byte) 0xce, 0x3d, 4, 3, 2};
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss'Z'").withZone(ZoneOffset.UTC);

    private X509Writer() {}

    /**
     * @param signer the issuer's key, on an elliptic curve
     */
    static X509Certificate write(
            String subject,
            PublicKey key,
            String issuer,
            PrivateKey signer,
            BigInteger serial,
            List<String> hosts,
            boolean authority) {
        try {
            byte[] algorithm = der(SEQUENCE, der(OBJECT_ID, ECDSA_WITH_SHA256));
            Instant now = Instant.now();
            byte[] body = der(
                    SEQUENCE,
                    der(0xa0, der(INTEGER, new byte[] {2})),
                    der(INTEGER, serial.toByteArray()),
                    algorithm,
                    name(issuer),
                    der(SEQUENCE, time(now.minus(Duration.ofDays(1))), time(now.plus(Duration.ofDays(1)))),
                    name(subject),
                    key.getEncoded(),
                    der(0xa3, extensions(hosts, authority)));
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(signer);
            signature.update(body);
            byte[] whole = der(SEQUENCE, body, algorithm, der(BIT_STRING, new byte[1], signature.sign()));
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(whole));
        } catch (GeneralSecurityException | UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] extensions(List<String> hosts, boolean authority) throws UnknownHostException {
        byte[] constraints =
                authority ? extension(BASIC_CONSTRAINTS, der(SEQUENCE, der(BOOLEAN, new byte[] {-1}))) : new byte[0];
        if (hosts.isEmpty()) {
            return der(SEQUENCE, authority ? constraints : extension(BASIC_CONSTRAINTS, der(SEQUENCE)));
        }
        ByteArrayOutputStream names = new ByteArrayOutputStream();
        for (String host : hosts) {
            boolean literal = host.matches("[0-9.]+|.*:.*");
            names.writeBytes(
                    literal
                            ? der(IP_ADDRESS, InetAddress.getByName(host).getAddress())
                            : der(DNS_NAME, host.getBytes(US_ASCII)));
        }
        return der(SEQUENCE, constraints, extension(ALTERNATIVE_NAME, der(SEQUENCE, names.toByteArray())));
    }

    private static byte[] extension(byte[] id, byte[] value) {
        return der(SEQUENCE, der(OBJECT_ID, id), der(OCTET_STRING, value));
    }

    private static byte[] name(String common) {
        byte[] pair = der(SEQUENCE, der(OBJECT_ID, COMMON_NAME), der(UTF8_STRING, common.getBytes(UTF_8)));
        return der(SEQUENCE, der(SET, pair));
    }

    private static byte[] time(Instant instant) {
        return der(GENERALIZED_TIME, TIME.format(instant).getBytes(US_ASCII));
    }

    /** Returns a value with its tag and length. The length is one byte, or {@code 82} and two bytes. */
    private static byte[] der(int tag, byte[]... parts) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            content.writeBytes(part);
        }
        int length = content.size();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length >= 0x80) {
            whole.write(length < 0x100 ? 0x81 : 0x82);
            if (length >= 0x100) {
                whole.write(length >> 8);
            }
        }
        whole.write(length);
        whole.writeBytes(content.toByteArray());
        return whole.toByteArray();
    }
}
