"""manage.py ensure_admin: the first administrator, with a one-time password that is told once."""

import secrets
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.accounts.models import User

NAME = "admin"


class Command(BaseCommand):
    help = f"Make the user {NAME} with a random password when there is no administrator yet, and print the password."

    def handle(self, *args: Any, **options: Any) -> None:
        if User.objects.filter(is_superuser=True).exists():
            return
        if User.objects.filter(username=NAME).exists():
            raise CommandError(f"There is no administrator, and {NAME} is a user without that right: createsuperuser")
        password = secrets.token_urlsafe(12)
        User.objects.create_superuser(NAME, password=password, password_is_temporary=True)
        self.stdout.write(f"Sign in as {NAME} with this one-time password: {password}")
