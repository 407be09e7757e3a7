package io.heliograph.realtime.token;

import static io.heliograph.internal.Check.checkArgument;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.heliograph.codec.Codec;
import io.heliograph.codec.CodecException;
import io.heliograph.frame.Frame;
import io.heliograph.frame.FrameBuilder;
import io.heliograph.realtime.AuthEngine;
import io.heliograph.realtime.AuthTokenException;
import io.heliograph.realtime.RealtimeException;
import io.heliograph.realtime.RealtimeSocket;
import io.heliograph.realtime.TokenOptions;
import io.heliograph.tls.Pem;
import java.security.Key;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Engine of JSON Web Tokens that signs and verifies as {@code jsonwebtoken} 9 does. Its futures are complete on return.
 *
 * <p>Secrets may have any length. Times are numbers, including numbers beyond every calendar. No error message contains a key
 * or a token. Thread-safe.
 */
public final class JwtEngine implements AuthEngine {

    private static final int RANDOM_KEY_BYTES = 32;
    private static final double LAST_DATE = 8.64e15;
    private static final DateTimeFormatter ISO =
            new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

    /** Keys for signing and for verifying; the same key twice for HMAC. */
    private record Keys(Key signature, Key verification) {}

    private final InstantSource clock;
    private final JwtAlgorithm algorithm;
    private final @Nullable List<JwtAlgorithm> accepted;
    private final Duration defaultExpiry;
    private final double clockSkew; // in seconds
    private final Codec json = Codec.named(DefaultAuthToken.CODEC);
    private final Keys keys;

    /** The header decoded last: nearly all tokens of a server have the same. */
    private volatile @Nullable Header lastHeader;

    private record Header(String text, @Nullable Object value) {}

    /**
     * @param clock clock for {@code iat}, {@code nbf} and {@code exp}
     * @throws IllegalArgumentException if an option is invalid, or only one key of a pair is set
     */
    public JwtEngine(JwtOptions options, InstantSource clock) {
        this.clock = clock;
        this.defaultExpiry = options.defaultExpiry();
        this.clockSkew = options.clockSkew().toMillis() / 1000.0;
        this.algorithm =
                options.algorithm() == null ? JwtAlgorithm.HS256 : algorithm("authAlgorithm", options.algorithm());
        this.accepted = accepted(options);
        this.keys = keys(options);
        if (options.algorithm() != null) {
            String wrong = wrongForSigning(keys.signature);
            checkArgument(wrong == null, "authAlgorithm: %s: %s", algorithm, wrong);
        }
    }

    private static JwtAlgorithm algorithm(String option, String name) {
        JwtAlgorithm known = JwtAlgorithm.named(name);
        checkArgument(known != null, "%s: %s (expected: one of %s)", option, name, List.of(JwtAlgorithm.values()));
        return java.util.Objects.requireNonNull(known);
    }

    private static @Nullable List<JwtAlgorithm> accepted(JwtOptions options) {
        List<String> names = options.verifyAlgorithms();
        if (names.isEmpty()) {
            return options.algorithm() == null ? null : List.of(algorithm("authAlgorithm", options.algorithm()));
        }
        List<JwtAlgorithm> algorithms = new ArrayList<>();
        names.forEach(name -> algorithms.add(algorithm("authVerifyAlgorithms", name)));
        return List.copyOf(algorithms);
    }

    private static Keys keys(JwtOptions options) {
        String privateKey = options.privateKey();
        String publicKey = options.publicKey();
        checkArgument(
                (privateKey == null) == (publicKey == null),
                "%s (expected: both authPrivateKey and authPublicKey, or neither)",
                privateKey == null ? "authPublicKey alone" : "authPrivateKey alone");
        if (privateKey != null && publicKey != null) {
            return new Keys(
                    supported("authPrivateKey", Pem.privateKey("authPrivateKey", privateKey)),
                    supported("authPublicKey", Pem.publicKey("authPublicKey", publicKey)));
        }
        String authKey = options.authKey();
        return secret(authKey == null ? randomKey() : authKey);
    }

    private static Key supported(String option, Key key) {
        checkArgument(
                !JwtAlgorithm.of(key).isEmpty(), "%s: %s key (expected: an RSA or EC key)", option, key.getAlgorithm());
        return key;
    }

    private static String randomKey() {
        byte[] random = new byte[RANDOM_KEY_BYTES];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    private static Keys secret(String authKey) {
        checkArgument(!authKey.isEmpty(), "authKey: '' (expected: at least one character)");
        Key key = new SecretKeySpec(authKey.getBytes(UTF_8), "HMAC");
        return new Keys(key, key);
    }

    // ---- verifying

    /**
     * {@inheritDoc}
     *
     * @param socket ignored
     */
    @Override
    public CompletableFuture<Object> verifyToken(@Nullable Object signedToken, @Nullable RealtimeSocket socket) {
        try {
            return CompletableFuture.completedFuture(verify(signedToken));
        } catch (AuthTokenException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Object verify(@Nullable Object signedToken) {
        if (signedToken == null || signedToken.equals("")) {
            throw AuthTokenException.invalid("jwt must be provided");
        }
        if (!(signedToken instanceof String token)) {
            throw AuthTokenException.other("Invalid token format - Token must be a string");
        }
        int first = token.indexOf('.');
        int second = token.indexOf('.', first + 1);
        if (first < 0 || second < 0 || token.indexOf('.', second + 1) >= 0) {
            throw AuthTokenException.invalid("jwt malformed");
        }
        Object header = first > 0 && second > first + 1 && isBase64(token) ? header(token.substring(0, first)) : null;
        if (header == null) {
            throw AuthTokenException.invalid("invalid token");
        }
        Object payload = payload(token.substring(first + 1, second), header);
        if (second + 1 == token.length()) {
            throw AuthTokenException.invalid("jwt signature is required");
        }
        checkSignature(token.substring(0, second), token.substring(second + 1), header, keys.verification);
        checkTimes(payload);
        return payload;
    }

    /** Returns true if the token consists of characters of URL-safe Base64 and dots. */
    private static boolean isBase64(String token) {
        for (int i = 0; i < token.length(); i++) {
            char c = token.charAt(i);
            boolean known = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '-'
                    || c == '_'
                    || c == '.';
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** Returns the header, or null if it is malformed or a falsy value of JavaScript. */
    private @Nullable Object header(String part) {
        Header last = lastHeader;
        if (last == null || !last.text.equals(part)) {
            last = new Header(part, readHeader(part));
            lastHeader = last;
        }
        return last.value;
    }

    private @Nullable Object readHeader(String part) {
        try {
            Object header = json.decode(Frame.utf8(new String(base64(part), ISO_8859_1)), Object.class);
            return isFalsy(header) ? null : header;
        } catch (CodecException e) {
            return null;
        }
    }

    private static boolean isFalsy(@Nullable Object value) {
        return value == null
                || value.equals(false)
                || value.equals("")
                || (value instanceof Number number && number.doubleValue() == 0);
    }

    private static @Nullable Object member(Object object, String name) {
        return object instanceof Map<?, ?> map ? map.get(name) : null;
    }

    /** Decodes the payload: JSON if the header has the type {@code JWT}, otherwise an object, an array or the plain string. */
    private Object payload(String part, Object header) {
        Frame text = Frame.of(base64(part));
        boolean isJson = "JWT".equals(member(header, "typ"));
        Object value;
        try {
            value = json.decode(text, Object.class);
        } catch (CodecException e) {
            if (isJson) {
                throw AuthTokenException.other("The payload of the token is not valid JSON");
            }
            return text.utf8();
        }
        if (value instanceof Map<?, ?> || value instanceof List<?>) {
            return value;
        }
        if (!isJson) {
            return text.utf8();
        }
        if (value == null) {
            throw AuthTokenException.other("The payload of the token is null");
        }
        return value;
    }

    private void checkSignature(String text, String signature, Object header, Key key) {
        JwtAlgorithm used = member(header, "alg") instanceof String name ? JwtAlgorithm.named(name) : null;
        List<JwtAlgorithm> allowed = accepted == null ? JwtAlgorithm.of(key) : accepted;
        if (used == null || !allowed.contains(used)) {
            throw AuthTokenException.invalid("invalid algorithm");
        }
        String wrongKind = used.wrongKind(key, "secretOrPublicKey");
        if (wrongKind != null) {
            throw AuthTokenException.invalid(wrongKind);
        }
        String wrongType = used.wrongType(key);
        if (wrongType != null) {
            throw AuthTokenException.other(wrongType);
        }
        if (!used.verify(text, signature, key)) {
            throw AuthTokenException.invalid("invalid signature");
        }
    }

    private void checkTimes(Object payload) {
        double now = now();
        if (payload instanceof Map<?, ?> claims && claims.containsKey("nbf")) {
            double notBefore = number(claims.get("nbf"), "invalid nbf value");
            if (notBefore > now + clockSkew) {
                throw AuthTokenException.notBefore("jwt not active", date(notBefore));
            }
        }
        if (payload instanceof Map<?, ?> claims && claims.containsKey("exp")) {
            double expiry = number(claims.get("exp"), "invalid exp value");
            if (now >= expiry + clockSkew) {
                throw AuthTokenException.expired("jwt expired", date(expiry), true);
            }
        }
    }

    private static double number(@Nullable Object claim, String otherwise) {
        if (!(claim instanceof Number number)) {
            throw AuthTokenException.invalid(otherwise);
        }
        return number.doubleValue();
    }

    /** Formats a time as JavaScript does; null beyond the range of a JavaScript date. */
    private static @Nullable String date(double seconds) {
        double millis = seconds * 1000;
        if (Math.abs(millis) > LAST_DATE) {
            return null;
        }
        return ISO.format(Instant.ofEpochMilli((long) millis));
    }

    private long now() {
        return Math.floorDiv(clock.millis(), 1000L);
    }

    // ---- signing

    @Override
    public CompletableFuture<String> signToken(Map<String, Object> claims, TokenOptions options) {
        try {
            return CompletableFuture.completedFuture(sign(claims, options));
        } catch (RealtimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private String sign(Map<String, Object> claims, TokenOptions options) {
        Key key = keys.signature;
        failIf(wrongForSigning(key));
        for (String claim : List.of("iat", "exp", "nbf")) {
            if (claims.containsKey(claim) && !isTime(claims.get(claim))) {
                throw failure("\"" + claim + "\" should be a number of seconds");
            }
        }
        conflict("expiresIn", "exp", options.expiresIn(), claims);
        conflict("notBefore", "nbf", options.notBefore(), claims);
        conflict("audience", "aud", audience(options), claims);
        conflict("issuer", "iss", options.issuer(), claims);
        conflict("subject", "sub", options.subject(), claims);
        conflict("jwtid", "jti", options.jwtId(), claims);
        if (options.header().containsKey("alg")) {
            throw failure("\"alg\" is not allowed in \"header\"");
        }
        addTimes(claims, options);
        audience(options).ifPresent(audience -> claims.put("aud", audience));
        options.issuer().ifPresent(issuer -> claims.put("iss", issuer));
        options.subject().ifPresent(subject -> claims.put("sub", subject));
        options.jwtId().ifPresent(id -> claims.put("jti", id));

        Map<String, Object> header = new LinkedHashMap<>();
        header.put("alg", algorithm.name());
        header.put("typ", "JWT");
        options.keyId().ifPresent(id -> header.put("kid", id));
        header.putAll(options.header());
        String text = encoded(header) + "." + encoded(claims);
        try {
            return text + "." + algorithm.sign(text, key);
        } catch (IllegalStateException e) {
            throw failure(String.valueOf(e.getMessage()));
        }
    }

    private @Nullable String wrongForSigning(Key key) {
        String kind = algorithm.wrongKind(key, "secretOrPrivateKey");
        if (kind != null) {
            return kind;
        }
        String size = algorithm.wrongSize(key);
        return size == null ? algorithm.wrongType(key) : size;
    }

    private static boolean isTime(@Nullable Object claim) {
        return claim instanceof Number number && Double.isFinite(number.doubleValue());
    }

    private static void conflict(String option, String claim, Optional<?> value, Map<String, Object> claims) {
        if (value.isPresent() && claims.containsKey(claim)) {
            boolean time = claim.equals("exp") || claim.equals("nbf");
            throw failure("Bad \"options."
                    + option
                    + (time ? "\" option the payload already has an \"" : "\" option. The payload already has an \"")
                    + claim
                    + "\" property.");
        }
    }

    private static Optional<Object> audience(TokenOptions options) {
        List<String> audience = options.audience();
        return switch (audience.size()) {
            case 0 -> Optional.empty();
            case 1 -> Optional.of(audience.getFirst());
            default -> Optional.of(audience);
        };
    }

    private void addTimes(Map<String, Object> claims, TokenOptions options) {
        Number issued = claims.get("iat") instanceof Number given && given.doubleValue() != 0 ? given : (Number) now();
        if (options.noTimestamp()) {
            claims.remove("iat");
        } else {
            claims.put("iat", issued);
        }
        options.notBefore().ifPresent(delay -> claims.put("nbf", later(issued, delay)));
        if (!claims.containsKey("exp")) {
            claims.put("exp", later(issued, options.expiresIn().orElse(defaultExpiry)));
        }
    }

    /** Adds a delay to a time, in whole seconds as the original does. */
    private static long later(Number issued, Duration delay) {
        double seconds = delay.toSeconds() + delay.toMillisPart() / 1000.0;
        return (long) Math.floor(issued.doubleValue() + seconds);
    }

    private String encoded(Map<String, Object> part) {
        FrameBuilder text = new FrameBuilder(Integer.MAX_VALUE - 8);
        try {
            json.encode(part, text);
        } catch (CodecException e) {
            throw failure("the token cannot be encoded as JSON");
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(text.build().array());
    }

    private static void failIf(@Nullable String message) {
        if (message != null) {
            throw failure(message);
        }
    }

    private static RealtimeException failure(String message) {
        return RealtimeException.of("Error", message);
    }

    /** Decodes URL-safe Base64 without padding; an excess last character is ignored, as in Node. */
    static byte[] base64(String text) {
        int length = text.length();
        return Base64.getUrlDecoder().decode(length % 4 == 1 ? text.substring(0, length - 1) : text);
    }
}
