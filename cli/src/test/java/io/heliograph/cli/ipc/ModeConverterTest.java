package io.heliograph.cli.ipc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ModeConverterTest {

    @ParameterizedTest
    @CsvSource({"600,rw-------", "0660,rw-rw----", "777,rwxrwxrwx", "000,---------", "rw-r-----,rw-r-----"})
    void validPermissionsAreConverted(String text, String symbolic) {
        assertThat(new ModeConverter().convert(text).permissions())
                .isEqualTo(PosixFilePermissions.fromString(symbolic));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "6", "888", "1777", "rw"})
    void invalidPermissionsAreRejected(String text) {
        assertThatThrownBy(() -> new ModeConverter().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessageContaining("'" + text + "'");
    }
}
