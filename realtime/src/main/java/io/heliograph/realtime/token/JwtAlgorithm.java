package io.heliograph.realtime.token;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECKey;
import java.security.interfaces.RSAKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.MGF1ParameterSpec;
import java.security.spec.PSSParameterSpec;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Signature algorithms of tokens, by their names in RFC 7518, without {@code none}. */
enum JwtAlgorithm {
    HS256("HmacSHA256"),
    HS384("HmacSHA384"),
    HS512("HmacSHA512"),
    RS256("SHA256withRSA"),
    RS384("SHA384withRSA"),
    RS512("SHA512withRSA"),
    PS256("RSASSA-PSS"),
    PS384("RSASSA-PSS"),
    PS512("RSASSA-PSS"),
    ES256("SHA256withECDSAinP1363Format"),
    ES384("SHA384withECDSAinP1363Format"),
    ES512("SHA512withECDSAinP1363Format");

    static final List<JwtAlgorithm> OF_SECRETS = List.of(HS256, HS384, HS512);
    static final List<JwtAlgorithm> OF_RSA_KEYS = List.of(RS256, RS384, RS512, PS256, PS384, PS512);
    static final List<JwtAlgorithm> OF_EC_KEYS = List.of(ES256, ES384, ES512);

    private static final int MIN_RSA_BITS = 2048;
    private static final List<JwtAlgorithm> ALL = List.of(values());

    private final String jdkName;

    /** MAC of each thread: creating a MAC allocates more than using it. */
    @SuppressWarnings("ImmutableEnumChecker") // confined to each thread
    private final ThreadLocal<Mac> macs = ThreadLocal.withInitial(this::newMac);

    JwtAlgorithm(String jdkName) {
        this.jdkName = jdkName;
    }

    private Mac newMac() {
        try {
            return Mac.getInstance(jdkName);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no algorithm " + jdkName, e);
        }
    }

    /** Returns the algorithm with a name, or null if the name is unknown. */
    static @Nullable JwtAlgorithm named(String name) {
        for (JwtAlgorithm algorithm : ALL) {
            if (algorithm.name().equals(name)) {
                return algorithm;
            }
        }
        return null;
    }

    /** Returns the algorithms that can use a key; empty for a key of an unsupported type such as EdDSA. */
    static List<JwtAlgorithm> of(Key key) {
        if (key instanceof SecretKey) {
            return OF_SECRETS;
        }
        if (key instanceof ECKey) {
            return OF_EC_KEYS;
        }
        return key instanceof RSAKey ? OF_RSA_KEYS : List.of();
    }

    boolean isSymmetric() {
        return name().startsWith("HS");
    }

    /**
     * Returns the original's error message for a key of the wrong kind, or null if the kind fits.
     *
     * @param parameter name of the key in the message
     */
    @Nullable
    String wrongKind(Key key, String parameter) {
        if (isSymmetric() == (key instanceof SecretKey)) {
            return null;
        }
        return parameter
                + " must be "
                + (isSymmetric() ? "a symmetric" : "an asymmetric")
                + " key when using "
                + name();
    }

    /** Returns the error message for a key of the wrong type or curve, or null if the type fits. */
    @Nullable
    String wrongType(Key key) {
        if (key instanceof SecretKey || of(key).contains(this)) {
            return key instanceof ECKey ec && !isOnCurve(ec)
                    ? "\"alg\" parameter \"" + name() + "\" requires curve \"" + curve() + "\"."
                    : null;
        }
        String type = key instanceof ECKey ? "ec" : "rsa";
        return "\"alg\" parameter for \""
                + type
                + "\" key type must be one of: "
                + String.join(", ", of(key).stream().map(Enum::name).toList())
                + ".";
    }

    /** Returns the error message for a signing key that is too short, or null if its size fits. */
    @Nullable
    String wrongSize(Key key) {
        return key instanceof RSAKey rsa && rsa.getModulus().bitLength() < MIN_RSA_BITS
                ? "secretOrPrivateKey has a minimum key size of 2048 bits for " + name()
                : null;
    }

    private boolean isOnCurve(ECKey key) {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec(jdkCurve()));
            ECParameterSpec curve = parameters.getParameterSpec(ECParameterSpec.class);
            ECParameterSpec found = key.getParams();
            return found.getCurve().equals(curve.getCurve())
                    && found.getGenerator().equals(curve.getGenerator())
                    && found.getOrder().equals(curve.getOrder());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK has no curve for " + this, e);
        }
    }

    private String curve() {
        return this == ES256 ? "prime256v1" : jdkCurve();
    }

    private String jdkCurve() {
        return switch (this) {
            case ES384 -> "secp384r1";
            case ES512 -> "secp521r1";
            default -> "secp256r1";
        };
    }

    /** Signs a string. Returns the signature in URL-safe Base64. */
    String sign(String text, Key key) {
        try {
            return Base64.getUrlEncoder().withoutPadding().encodeToString(signature(text, key));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(this + " cannot sign with this key", e);
        }
    }

    private byte[] signature(String text, Key key) throws GeneralSecurityException {
        if (key instanceof SecretKey secret) {
            return mac(text, secret);
        }
        Signature signer = newSignature();
        signer.initSign((PrivateKey) key);
        signer.update(text.getBytes(US_ASCII));
        return signer.sign();
    }

    /** Verifies a signature in a time that depends on its length only. */
    boolean verify(String text, String signature, Key key) {
        try {
            if (key instanceof SecretKey secret) {
                byte[] wanted = Base64.getUrlEncoder().withoutPadding().encode(mac(text, secret));
                return MessageDigest.isEqual(wanted, signature.getBytes(US_ASCII));
            }
            Signature verifier = newSignature();
            verifier.initVerify((PublicKey) key);
            verifier.update(text.getBytes(US_ASCII));
            return verifier.verify(JwtEngine.base64(signature));
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private byte[] mac(String text, SecretKey secret) throws GeneralSecurityException {
        Mac mac = macs.get();
        mac.init(secret);
        return mac.doFinal(text.getBytes(US_ASCII));
    }

    private Signature newSignature() throws GeneralSecurityException {
        Signature signature = Signature.getInstance(jdkName);
        if (name().startsWith("PS")) {
            int bits = Integer.parseInt(name().substring(2));
            String hash = String.format(Locale.ROOT, "SHA-%d", bits);
            signature.setParameter(new PSSParameterSpec(hash, "MGF1", new MGF1ParameterSpec(hash), bits / 8, 1));
        }
        return signature;
    }
}
