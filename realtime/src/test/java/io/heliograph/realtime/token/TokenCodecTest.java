package io.heliograph.realtime.token;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.heliograph.codec.TypeRef;
import io.heliograph.realtime.AuthToken;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenCodecTest {

    record User(String username, long exp) {}

    private static String token(String payload) {
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(payload.getBytes(UTF_8)) + ".whatever";
    }

    @Test
    void tokenIsReadWithoutVerification() {
        AuthToken token =
                Objects.requireNonNull(TokenCodec.decode(token("{\"username\":\"bob\",\"exp\":5,\"none\":null}")));
        assertThat(token.claim("username")).isEqualTo("bob");
        assertThat(token.claims()).containsEntry("exp", 5L).containsEntry("none", null);
        assertThat(token.as(User.class)).isEqualTo(new User("bob", 5));
        assertThat(token.as(new TypeRef<Map<String, Object>>() {})).containsEntry("exp", 5L);
        assertThat(token).isEqualTo(TokenCodec.decode(token("{\"username\":\"bob\",\"exp\":5,\"none\":null}")));
        assertThat(token).hasToString("AuthToken[username, exp, none]");
    }

    @Test
    void nonObjectPayloadHasNoClaims() {
        AuthToken text = Objects.requireNonNull(TokenCodec.decode(token("just text")));
        assertThat(text.value()).isEqualTo("just text");
        assertThat(text.claims()).isEmpty();
        AuthToken list = Objects.requireNonNull(TokenCodec.decode(token("[1]")));
        assertThat(list.value()).isEqualTo(List.of(1L));
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(strings = {"", "x", "a.", "a..b", "a.!.b", "a.bnVsbA.b"})
    void stringWithoutPayloadIsNotAToken(String token) {
        assertThat(TokenCodec.decode(token)).isNull();
    }
}
