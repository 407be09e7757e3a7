package io.heliograph.realtime.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClaimsTest {

    private final Map<String, Object> source = new LinkedHashMap<>();

    @Test
    void claimsKeepOrderOfToken() {
        source.put("username", "alice");
        source.put("admin", true);
        source.put("exp", 12);
        Claims claims = new Claims(source);
        assertThat(claims).hasSize(3).isEqualTo(source);
        assertThat(claims.keySet()).containsExactly("username", "admin", "exp");
        assertThat(claims.get("username")).isEqualTo("alice");
        assertThat(claims.get("other")).isNull();
        assertThat(claims).containsKey("admin").doesNotContainKey("other");
    }

    @Test
    void claimCanBeNull() {
        source.put("nickname", null);
        Claims claims = new Claims(source);
        assertThat(claims).isEqualTo(source).containsKey("nickname");
        assertThat(claims.get("nickname")).isNull();
    }

    @Test
    void claimsAreImmutable() {
        source.put("username", "alice");
        Claims claims = new Claims(source);
        source.put("username", "mallory");
        assertThat(claims.get("username")).isEqualTo("alice");
        assertThatThrownBy(() -> claims.put("admin", true)).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> claims.remove("username")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> claims.entrySet().iterator().next().setValue("mallory"))
                .isInstanceOf(UnsupportedOperationException.class);
    }
}
