package io.heliograph.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReferenceTest {

    /** On a difference: {@code helio config schema --markdown > docs/configuration.md}. */
    @Test
    void pageIsThatOfTheSchema() throws IOException {
        assertThat(HubConfig.reference()).isEqualTo(Files.readString(Path.of("../docs/configuration.md")));
    }

    @Test
    void pageNamesEveryKey() {
        String page = HubConfig.reference();
        assertThat(Schema.keys()).allSatisfy(key -> assertThat(page).contains("| `" + key.path() + "` |"));
    }
}
