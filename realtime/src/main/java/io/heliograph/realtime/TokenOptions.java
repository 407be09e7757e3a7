package io.heliograph.realtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a token is signed. Claims that are also in the data given are a failure, as in the original.
 *
 * @param expiresIn how long it is valid; empty for the server's {@code authDefaultExpiry}, unless the data has {@code exp}
 * @param notBefore how long until it is valid
 * @param audience the claim {@code aud}, possibly empty
 * @param issuer the claim {@code iss}
 * @param subject the claim {@code sub}
 * @param jwtId the claim {@code jti}
 * @param keyId the header {@code kid}
 * @param header further header fields; an {@code alg} among them is reported and ignored, since the algorithm is the server's
 * @param noTimestamp whether to leave out the claim {@code iat}
 * @param rejectOnFailedDelivery whether to wait until the client has confirmed the token
 */
public record TokenOptions(
        Optional<Duration> expiresIn,
        Optional<Duration> notBefore,
        List<String> audience,
        Optional<String> issuer,
        Optional<String> subject,
        Optional<String> jwtId,
        Optional<String> keyId,
        Map<String, Object> header,
        boolean noTimestamp,
        boolean rejectOnFailedDelivery) {

    private static final TokenOptions DEFAULTS = new TokenOptions(
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            false,
            false);

    public TokenOptions {
        audience = List.copyOf(audience);
        header = Map.copyOf(header);
    }

    /** The server's default lifetime, nothing else. */
    public static TokenOptions defaults() {
        return DEFAULTS;
    }

    public TokenOptions withExpiresIn(Duration expiresIn) {
        return new TokenOptions(
                Optional.of(expiresIn),
                notBefore,
                audience,
                issuer,
                subject,
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withNotBefore(Duration notBefore) {
        return new TokenOptions(
                expiresIn,
                Optional.of(notBefore),
                audience,
                issuer,
                subject,
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withAudience(String... audience) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                List.of(audience),
                issuer,
                subject,
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withIssuer(String issuer) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                audience,
                Optional.of(issuer),
                subject,
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withSubject(String subject) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                audience,
                issuer,
                Optional.of(subject),
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withJwtId(String jwtId) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                audience,
                issuer,
                subject,
                Optional.of(jwtId),
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withKeyId(String keyId) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                audience,
                issuer,
                subject,
                jwtId,
                Optional.of(keyId),
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withHeader(Map<String, Object> header) {
        return new TokenOptions(
                expiresIn,
                notBefore,
                audience,
                issuer,
                subject,
                jwtId,
                keyId,
                header,
                noTimestamp,
                rejectOnFailedDelivery);
    }

    public TokenOptions withoutTimestamp() {
        return new TokenOptions(
                expiresIn, notBefore, audience, issuer, subject, jwtId, keyId, header, true, rejectOnFailedDelivery);
    }

    public TokenOptions confirmed() {
        return new TokenOptions(
                expiresIn, notBefore, audience, issuer, subject, jwtId, keyId, header, noTimestamp, true);
    }
}
