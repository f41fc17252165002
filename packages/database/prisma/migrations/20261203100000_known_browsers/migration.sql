-- AlterTable
ALTER TABLE "users" ADD COLUMN "known_browsers_version" INTEGER NOT NULL DEFAULT 1;
