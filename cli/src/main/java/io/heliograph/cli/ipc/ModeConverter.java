package io.heliograph.cli.ipc;

import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Converter of file permissions such as {@code 660} or {@code rw-rw----}. */
final class ModeConverter implements ITypeConverter<FileMode> {

    @Override
    public FileMode convert(String text) {
        if (text.matches("0?[0-7]{3}")) {
            int bits = Integer.parseInt(text, 8);
            Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
            PosixFilePermission[] all = PosixFilePermission.values();
            for (int i = 0; i < all.length; i++) {
                if ((bits & (0400 >> i)) != 0) {
                    permissions.add(all[i]);
                }
            }
            return new FileMode(permissions);
        }
        try {
            return new FileMode(PosixFilePermissions.fromString(text));
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException("'" + text + "' (expected: permissions such as 600 or rw-rw----)");
        }
    }
}
