package io.heliograph.realtime.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.heliograph.realtime.AuthTokenException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokensTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);

    private static Tokens tokens(String... keys) {
        return tokens(NOW, keys);
    }

    private static Tokens tokens(Instant now, String... keys) {
        return Tokens.of(List.of(keys), Duration.ofHours(1), Duration.ZERO, InstantSource.fixed(now));
    }

    @Test
    void firstKeySignsAndAllVerify() {
        String signed = tokens("new", "old").sign(Map.of("sub", "ada"));
        assertThat(tokens("new").verify(signed))
                .isEqualTo(Map.of("sub", "ada", "iat", 1_700_000_000L, "exp", 1_700_003_600L));
        assertThat(tokens("other", "new").verify(signed)).containsEntry("sub", "ada");
        assertThatThrownBy(() -> tokens("old").verify(signed))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.message()).isEqualTo("invalid signature"));
    }

    @Test
    void expiryIsReportedForTokenOfLaterKey() {
        String signed = tokens("old").sign(Map.of("sub", "ada"));
        assertThatThrownBy(() -> tokens(NOW.plusSeconds(3600), "new", "old").verify(signed))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.errorName()).isEqualTo("AuthTokenExpiredError"));
    }

    @Test
    void withoutKeysOnlyOwnTokensAreValid() {
        Tokens own = tokens();
        String signed = own.sign(Map.of("sub", "ada"));
        assertThat(own.verify(signed)).containsEntry("sub", "ada");
        assertThatThrownBy(() -> tokens().verify(signed)).isInstanceOf(AuthTokenException.class);
    }

    @Test
    void malformedTokenIsRejected() {
        assertThatThrownBy(() -> tokens("a", "b").verify("x"))
                .isInstanceOfSatisfying(
                        AuthTokenException.class,
                        rejected -> assertThat(rejected.message()).isEqualTo("jwt malformed"));
    }
}
