-- Pictures are found by their hash.
CREATE INDEX "users_image_idx" ON "users"("image");
