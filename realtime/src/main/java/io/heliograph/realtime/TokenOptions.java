package io.heliograph.realtime;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options of a signed token. Signing fails if an option sets a claim that the data contains too, as in the original.
 *
 * @param expiresIn lifetime of the token; empty for the server's {@code authDefaultExpiry}, unless the data contains {@code exp}
 * @param notBefore delay until the token is valid
 * @param audience the claim {@code aud}, possibly empty
 * @param issuer the claim {@code iss}
 * @param subject the claim {@code sub}
 * @param jwtId the claim {@code jti}
 * @param keyId the header {@code kid}
 * @param header further header fields; an {@code alg} is reported and ignored, because the server selects the algorithm
 * @param noTimestamp whether to omit the claim {@code iat}
 * @param rejectOnFailedDelivery whether the future waits for the client's acknowledgment
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

    private static final TokenOptions DEFAULTS = builder().build();

    public TokenOptions {
        audience = List.copyOf(audience);
        header = Map.copyOf(header);
    }

    /** Returns options with the server's default lifetime and nothing else. */
    public static TokenOptions defaults() {
        return DEFAULTS;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Returns a builder with these options. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.expiresIn = expiresIn;
        builder.notBefore = notBefore;
        builder.audience = audience;
        builder.issuer = issuer;
        builder.subject = subject;
        builder.jwtId = jwtId;
        builder.keyId = keyId;
        builder.header = header;
        builder.noTimestamp = noTimestamp;
        builder.rejectOnFailedDelivery = rejectOnFailedDelivery;
        return builder;
    }

    /** Builder of token options. Not thread-safe. */
    public static final class Builder {

        private Optional<Duration> expiresIn = Optional.empty();
        private Optional<Duration> notBefore = Optional.empty();
        private List<String> audience = List.of();
        private Optional<String> issuer = Optional.empty();
        private Optional<String> subject = Optional.empty();
        private Optional<String> jwtId = Optional.empty();
        private Optional<String> keyId = Optional.empty();
        private Map<String, Object> header = Map.of();
        private boolean noTimestamp;
        private boolean rejectOnFailedDelivery;

        private Builder() {}

        /** Sets the lifetime of the token. Default: the server's {@code authDefaultExpiry}. */
        public Builder expiresIn(Duration expiresIn) {
            this.expiresIn = Optional.of(expiresIn);
            return this;
        }

        /** Applies the server's default lifetime. */
        public Builder defaultExpiry() {
            this.expiresIn = Optional.empty();
            return this;
        }

        /** Sets the delay until the token is valid. Default: none. */
        public Builder notBefore(Duration notBefore) {
            this.notBefore = Optional.of(notBefore);
            return this;
        }

        /** Sets the claim {@code aud}. Default: none. */
        public Builder audience(String... audience) {
            this.audience = List.of(audience);
            return this;
        }

        /** Sets the claim {@code iss}. Default: none. */
        public Builder issuer(String issuer) {
            this.issuer = Optional.of(issuer);
            return this;
        }

        /** Sets the claim {@code sub}. Default: none. */
        public Builder subject(String subject) {
            this.subject = Optional.of(subject);
            return this;
        }

        /** Sets the claim {@code jti}. Default: none. */
        public Builder jwtId(String jwtId) {
            this.jwtId = Optional.of(jwtId);
            return this;
        }

        /** Sets the header {@code kid}. Default: none. */
        public Builder keyId(String keyId) {
            this.keyId = Optional.of(keyId);
            return this;
        }

        /** Sets further header fields. Default: none. */
        public Builder header(Map<String, Object> header) {
            this.header = header;
            return this;
        }

        /** Omits the claim {@code iat}. Default: false. */
        public Builder noTimestamp(boolean noTimestamp) {
            this.noTimestamp = noTimestamp;
            return this;
        }

        /** Makes the future of the token wait for the client's acknowledgment. Default: false. */
        public Builder rejectOnFailedDelivery(boolean rejectOnFailedDelivery) {
            this.rejectOnFailedDelivery = rejectOnFailedDelivery;
            return this;
        }

        public TokenOptions build() {
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
    }
}
